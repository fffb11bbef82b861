package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** User, password and token of a URL show nowhere, whatever the camera does. */
class SecretsIT {
  private static final String SIGNS =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$&'()*+,;=:%#?";

  @TempDir static Path directory;

  private final Random random = new Random(20);

  @Test
  void ofAnRtspCameraThatIsLiveAndAwayAndRefuses() throws IOException {
    try (RtspServer server = new RtspServer(0)) {
      server.mount("gate", Clips.drawn(directory, 160, 120, 12, 4));
      for (int i = 0; i < 4; i++) {
        String user = "u" + secret().replace(":", "");
        String password = secret();
        String token = "t" + Long.toHexString(random.nextLong());
        server.credentials("gate", new RtspCredentials(user, password));
        String url =
            server.url("gate").replace("//", "//" + coded(user) + ":" + coded(password) + "@")
                + "?token="
                + token;
        String said = said(url, server);
        assertThat(said).contains("LIVE").contains("WAITING").contains("127.0.0.1");
        for (String secret : List.of(user, password, coded(user), coded(password), token)) {
          assertThat(said).as("what is told of %s", url).doesNotContain(secret);
        }
      }
    }
  }

  private String said(String url, RtspServer server) throws IOException {
    Topics topics = new Topics(true);
    try (LogLines lines = new LogLines()) {
      try (Watch watch = new Watch(Watch.quick(url), topics).awaitLive().awaitFrames(1)) {
        server.fault("gate", Fault.CLOSE);
        Watch.await(() -> watch.state().startsWith("WAITING"));
        server.credentials("gate", new RtspCredentials("other", "other"));
        server.fault("gate", Fault.NONE);
        watch.awaitState("WAITING AUTH_FAILED");
      }
      return told(topics, lines) + new CameraProbeText(url).text();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://USER:SECRET@127.0.0.1:1/ch1?key=TOKEN",
        "rtsps://USER:SECRET@127.0.0.1:1/ch1?key=TOKEN",
        "rtmp://USER:SECRET@127.0.0.1:1/live/gate?key=TOKEN",
        "srt://USER:SECRET@127.0.0.1:1?passphrase=TOKEN",
        "http://USER:SECRET@127.0.0.1:1/video.mjpg?key=TOKEN",
        "https://USER:SECRET@127.0.0.1:1/live.m3u8?key=TOKEN",
        "tcp://USER:SECRET@127.0.0.1:1?key=TOKEN",
      })
  void ofACameraThatCannotBeReached(String pattern) {
    String secret = "p" + Long.toHexString(random.nextLong());
    String token = "t" + Long.toHexString(random.nextLong());
    String url = pattern.replace("USER", "adm1n").replace("SECRET", secret).replace("TOKEN", token);
    Topics topics = new Topics(true);
    try (LogLines lines = new LogLines()) {
      try (Watch watch = new Watch(Watch.quick(url).withTimeouts(Duration.ofMillis(500)), topics)) {
        Watch.await(() -> watch.state().startsWith("WAITING"));
      }
      assertThat(told(topics, lines) + new CameraProbeText(url).text())
          .contains("127.0.0.1:1")
          .doesNotContain(secret)
          .doesNotContain(token)
          .doesNotContain("adm1n");
    }
  }

  /** All that leaves ingest: log lines, records and metrics. */
  private static String told(Topics topics, LogLines lines) {
    List<?> metrics = Collections.list(topics.registry.metricFamilySamples());
    return String.join("\n", lines.all()) + topics.producer.history() + metrics;
  }

  /** What {@code check} would print. */
  private record CameraProbeText(String url) {
    String text() {
      return CameraProbe.probe(Watch.quick(url)).toString();
    }
  }

  private String secret() {
    StringBuilder text = new StringBuilder("s");
    for (int i = 0; i < 10; i++) {
      text.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
    }
    return text.toString();
  }

  private static String coded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
