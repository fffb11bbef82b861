package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A remote engine before a server that stands in for the real one. */
abstract class RemoteFixture {
  static final String SECRET = "sk-very-secret-0123456789";
  static final DetectPrompt DETECT = DetectPrompt.parse("detect person ; car");
  static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  @TempDir Path directory;
  final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

  static RgbImage picture(int width, int height) {
    return new RgbImage(width, height, new byte[width * height * 3]);
  }

  static Request detect() {
    return new Request(picture(32, 16), DETECT);
  }

  static RemoteSettings settings(URI url, Duration timeout, int retries) {
    return new RemoteSettings(
        url, "gemma-4", 256, timeout, retries, 2, 64, 90, 2, 8, Scale.THOUSANDTHS);
  }

  static RemoteSettings settings(StandIn server) {
    return settings(server.url(), Duration.ofSeconds(20), 2);
  }

  RemoteGenerator generator(RemoteSettings settings) {
    return new RemoteGenerator(settings, new Endpoint(settings, pauses::add, () -> NOW));
  }

  Answer ask(StandIn server, Request request) throws InterruptedException {
    try (RemoteGenerator generator = generator(settings(server))) {
      return generator.generate(List.of(request)).getFirst();
    }
  }

  static Answer.Failed failed(Answer answer) {
    return (Answer.Failed) answer;
  }

  static Generation generation(Answer answer) {
    return ((Answer.Given) answer).generation();
  }
}
