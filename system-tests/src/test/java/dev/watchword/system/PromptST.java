package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prompt that is changed, by the command, while cameras and workers run. */
class PromptST {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String OLD = "detect person";
  private static final String NEW = "detect person ; car";

  @TempDir private Path directory;

  @Test
  void changeTakesEffectAtItsMomentWithoutARestart() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 10, 100));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      cameras.mount("yard", clip);
      String config =
          Files.writeString(
                  directory.resolve("watchword.yaml"),
                  broker.yaml()
                      + "prompts: {people: {text: %s}}%n".formatted(OLD)
                      + "cameras: {gate: {url: '%s', sample: 3/s}, yard: {url: '%s', sample: 3/s}}%n"
                          .formatted(cameras.url("gate"), cameras.url("yard")))
              .toString();
      try (WatchwordProcess ingest = service("ingest", config);
          WatchwordProcess one = service("infer", config);
          WatchwordProcess two = service("infer", config)) {
        awaitAnswers(broker, OLD, 10);

        Instant asked = Instant.now();
        try (WatchwordProcess command =
            WatchwordProcess.start(directory, "prompt", "set", "people", NEW, "-c", config)) {
          command.awaitLine("people version \\w+ (holds from \\S+)", LIMIT);
        }
        awaitAnswers(broker, NEW, 20);

        List<Prompt> changed =
            broker.read(Topic.PROMPTS, Prompt.class).stream()
                .filter(version -> version.getText().equals(NEW))
                .toList();
        assertThat(changed).hasSize(1);
        Instant moment = changed.getFirst().getEffectiveFrom();
        assertThat(moment).isAfter(asked.plusSeconds(1));
        assertThat(broker.read(Topic.DETECTIONS, FrameDetections.class))
            .allSatisfy(
                answer ->
                    assertThat(answer.getPromptVersion())
                        .as("captured %s, the moment is %s", answer.getCapturedAt(), moment)
                        .isEqualTo(
                            Ids.promptVersion(
                                answer.getCapturedAt().isBefore(moment) ? OLD : NEW)));
        assertThat(answersByFrame(broker)).allSatisfy((frame, count) -> assertThat(count).isOne());
        assertThat(one.isAlive() && two.isAlive() && ingest.isAlive()).isTrue();
      }
    }
  }

  private static Map<String, Long> answersByFrame(Broker broker) throws Exception {
    return broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
        .collect(Collectors.groupingBy(answer -> Ids.text(answer.getId()), Collectors.counting()));
  }

  private static void awaitAnswers(Broker broker, String text, int count) {
    String version = Ids.promptVersion(text);
    Wait.until(
        count + " answers to '" + text + "'",
        LIMIT,
        () ->
            broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
                        .filter(answer -> answer.getPromptVersion().equals(version))
                        .count()
                    >= count
                ? true
                : null);
  }

  private WatchwordProcess service(String name, String config) throws Exception {
    return WatchwordProcess.start(directory, name, "-c", config, "--operations-port", "0");
  }
}
