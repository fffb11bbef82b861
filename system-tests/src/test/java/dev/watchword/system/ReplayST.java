package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayState;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clip is replayed twice; the second time all that works on it is killed. */
class ReplayST {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int FRAMES = 80;

  @TempDir private Path directory;

  @Test
  void givesTheSameAnswersTwiceAlsoWhenKilledInTheMiddleOfLiveWork() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 10, FRAMES));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      String config =
          Files.writeString(
                  directory.resolve("watchword.yaml"),
                  broker.yaml()
                      + "data: %s%n".formatted(directory.resolve("data"))
                      + "prompts: {people: {text: detect person ; car}}\n"
                      + "cameras: {gate: {url: '%s', sample: 5/s}}%n"
                          .formatted(cameras.url("gate")))
              .toString();
      String quiet;
      String disturbed;
      try (WatchwordProcess worker = service("infer", config)) {
        worker.awaitLine("running service=\"?inference-replay", LIMIT);
        quiet = finished(start(config, clip.toString(), "--sample", "10/s"));
        try (WatchwordProcess ingest = service("ingest", config);
            WatchwordProcess command =
                start(config, clip.toString(), "--sample", "10/s", "--speed", "2x")) {
          disturbed = command.awaitLine("replay (\\d{8}-\\d{6}-\\w{4})$", LIMIT);
          awaitAnswers(broker, disturbed, 16);
          command.kill();
          worker.kill();
          try (WatchwordProcess another = service("infer", config)) {
            assertThat(finished(start(config, "--resume", disturbed))).isEqualTo(disturbed);
          }
        }
      }
      same(broker, quiet, disturbed);
      assertThat(broker.read(Topic.FRAMES_REPLAY, SampledFrame.class)).isEmpty();
      assertThat(broker.read(Topic.DETECTIONS, FrameDetections.class))
          .as("live frames were answered beside it")
          .isNotEmpty()
          .allMatch(answer -> answer.getReplay() == null);
    }
  }

  private static void same(Broker broker, String one, String other) throws Exception {
    Map<String, FrameDetections> expected = answers(broker, one);
    Map<String, FrameDetections> found = answers(broker, other);
    assertThat(expected).hasSize(FRAMES);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, answer) -> same(found.get(id).getDetections(), answer.getDetections()));
    assertThat(expected.values().stream().mapToInt(each -> each.getDetections().size()).sum())
        .as("boxes to compare")
        .isGreaterThan(20);
    for (String id : List.of(one, other)) {
      Replay replay = replay(broker, id);
      assertThat(replay.getState()).isEqualTo(ReplayState.DONE);
      assertThat(replay.getAnswered()).isEqualTo(FRAMES);
      assertThat(replay.getEvents().values().stream().mapToLong(n -> n).sum())
          .isEqualTo(events(broker, id).size());
    }
    assertThat(events(broker, one)).isNotEmpty().isEqualTo(events(broker, other));
  }

  private static void same(List<Detection> found, List<Detection> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).getLabel()).isEqualTo(expected.get(i).getLabel());
      assertThat(found.get(i).getBox()).isEqualTo(expected.get(i).getBox());
      assertThat(found.get(i).getScore()).isCloseTo(expected.get(i).getScore(), within(1e-4f));
    }
  }

  /** By frame and prompt; fails where there are two of one. */
  private static Map<String, FrameDetections> answers(Broker broker, String replay)
      throws Exception {
    Map<String, FrameDetections> answers = new TreeMap<>();
    for (FrameDetections answer : broker.read(Topic.DETECTIONS_REPLAY, FrameDetections.class)) {
      if (replay.equals(answer.getReplay())) {
        String key = Ids.text(answer.getId()) + " " + answer.getPromptId();
        assertThat(answers.put(key, answer)).as(key).isNull();
      }
    }
    return answers;
  }

  /** What was told of each object, in order; an event of the two replays has the same id. */
  private static List<String> events(Broker broker, String replay) throws Exception {
    Map<String, ObjectEvent> all = new TreeMap<>();
    broker
        .readKeyed(Topic.EVENTS_REPLAY, ObjectEvent.class)
        .forEach(
            (key, events) -> {
              if (key.startsWith(replay + "/")) {
                events.forEach(
                    event ->
                        assertThat(all.put(event.getId() + " " + event.getRevision(), event))
                            .isNull());
              }
            });
    return all.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + " "
                    + entry.getValue().getPhase()
                    + " "
                    + entry.getValue().getLabel())
        .toList();
  }

  private static Replay replay(Broker broker, String id) throws Exception {
    return broker.read(Topic.REPLAYS, Replay.class).stream()
        .filter(replay -> replay.getId().equals(id))
        .reduce((older, newer) -> newer)
        .orElse(null);
  }

  private static void awaitAnswers(Broker broker, String id, long count) {
    Wait.until(
        count + " answers",
        LIMIT,
        () -> {
          Replay replay = replay(broker, id);
          return replay != null && replay.getAnswered() >= count ? true : null;
        });
  }

  private static String finished(WatchwordProcess command) throws InterruptedException {
    try (command) {
      return command.awaitLine("replay (\\S+): " + FRAMES + " frames, .* done", LIMIT);
    }
  }

  private WatchwordProcess start(String config, String... arguments) throws Exception {
    String[] all = new String[arguments.length + 3];
    all[0] = "replay";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 2] = "-c";
    all[all.length - 1] = config;
    return WatchwordProcess.start(directory, all);
  }

  private WatchwordProcess service(String name, String config) throws Exception {
    return WatchwordProcess.start(directory, name, "-c", config, "--operations-port", "0");
  }
}
