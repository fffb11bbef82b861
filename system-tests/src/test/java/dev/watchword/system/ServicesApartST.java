package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.ingest.coverage.CoverageTable.Answers;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each service as a process of its own, on one Kafka. */
class ServicesApartST {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void losesAndDoublesNothingWhenAWorkerIsKilled() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(7, 640, 480, 12, 120));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      cameras.mount("yard", clip);
      String config = configuration(broker, cameras);

      try (WatchwordProcess ingest = service("ingest", config);
          WatchwordProcess first = service("infer", config);
          WatchwordProcess archive = service("archive", config)) {
        Wait.until("the first detections", LIMIT, () -> inferred(broker) >= 20 ? true : null);
        first.kill();
        try (WatchwordProcess second = service("infer", config)) {
          long before = inferred(broker);
          Wait.until(
              "detections of the second worker",
              LIMIT,
              () -> inferred(broker) >= before + 40 ? true : null);
          ingest.stop(Duration.ofSeconds(10));

          Set<String> published = frames(broker);
          Wait.until(
              "an answer to every frame",
              LIMIT,
              () -> answers(broker).size() >= published.size() ? true : null);

          List<String> answers = answers(broker);
          assertThat(answers).doesNotHaveDuplicates();
          assertThat(new HashSet<>(answers)).isEqualTo(published);
          assertCovered(broker, published.size());
          assertThat(archive.isAlive()).as(archive.output()).isTrue();
          assertThat(second.output()).doesNotContain("Exception");
        }
      }
    }
  }

  /** What the killed worker and its heir have told adds up to what is on the topics. */
  private static void assertCovered(Broker broker, int published) throws Exception {
    CoverageTable table = new CoverageTable();
    broker.read(Topic.COVERAGE, Coverage.class).forEach(table::add);
    List<Row> rows = table.rows(Instant.now());
    assertThat(rows).allMatch(row -> row.toCome("street") == 0);
    List<Answers> answers =
        rows.stream().flatMap(row -> Stream.ofNullable(row.prompts().get("street"))).toList();
    assertThat(answers.stream().mapToLong(Answers::consumed).sum())
        .isEqualTo(answers.stream().mapToLong(Answers::answered).sum())
        .isEqualTo(published);
  }

  private String configuration(Broker broker, RtspServer cameras) throws Exception {
    Path file = directory.resolve("watchword.yaml");
    Files.writeString(
        file,
        broker.yaml()
            + """
            cameras:
              gate: {url: "%s", sample: 5/s}
              yard: {url: "%s", sample: 5/s, transport: udp}
            prompts:
              street: {text: detect person ; car ; truck ; bag}
            storage: {url: "file:%s"}
            """
                .formatted(cameras.url("gate"), cameras.url("yard"), directory.resolve("storage")));
    return file.toString();
  }

  private WatchwordProcess service(String name, String config) throws Exception {
    return WatchwordProcess.start(directory, name, "-c", config, "--operations-port", "0");
  }

  private static long inferred(Broker broker) throws Exception {
    return broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
        .filter(record -> record.getOutcome() == Outcome.INFERRED)
        .count();
  }

  private static Set<String> frames(Broker broker) throws Exception {
    return broker.read(Topic.FRAMES, SampledFrame.class).stream()
        .map(frame -> Ids.text(frame.getId()))
        .collect(Collectors.toSet());
  }

  private static List<String> answers(Broker broker) throws Exception {
    return broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
        .map(record -> Ids.text(record.getId()))
        .toList();
  }
}
