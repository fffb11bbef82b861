package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.ingest.coverage.CoverageTable.Answers;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.ingest.coverage.CoverageTable.State;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the coverage topic says against what the camera has sent and the workers have answered. */
class CoverageST {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final List<String> PROMPTS = List.of("people", "cars");
  private static final Answers NOTHING = new Answers(0, 0, 0, Map.of());

  @TempDir private Path directory;

  @Test
  void addsUpToWhatTheCameraSentAndShowsWhereAProcessWasKilled() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 10, 100));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      Path config =
          Files.writeString(
              directory.resolve("watchword.yaml"),
              broker.yaml()
                  + "prompts: {people: {text: detect person}, cars: {text: detect car}}\n"
                  + "cameras: {gate: {url: '%s', sample: 3/s}}\n".formatted(cameras.url("gate")));

      long sent;
      List<Row> rows;
      try (WatchwordProcess ingest = service("ingest", config);
          WatchwordProcess worker = service("infer", config)) {
        String metrics = metrics(ingest);
        Wait.until("some frames", LIMIT, () -> captured(metrics) >= 60 ? true : null);
        // First all that was sent arrives, then the end of the stream frees the decoder's last
        // frame.
        cameras.fault("gate", Fault.STALL);
        Wait.until(
            "all but the last frame",
            LIMIT,
            () -> captured(metrics) + 1 >= cameras.framesSent("gate") ? true : null);
        cameras.fault("gate", Fault.CLOSE);
        Wait.until(
            "all frames that were sent",
            LIMIT,
            () -> captured(metrics) == cameras.framesSent("gate") ? true : null);
        sent = cameras.framesSent("gate");
        ingest.stop(Duration.ofSeconds(10));
        rows = Wait.until("answers to all frames", LIMIT, () -> answered(rows(broker)));
        worker.stop(Duration.ofSeconds(10));
      }
      assertThat(rows).allMatch(row -> row.state() == State.COMPLETE);
      assertThat(rows).allMatch(row -> row.waiting() == 0);
      assertThat(rows.stream().mapToLong(Row::captured).sum()).isEqualTo(sent);
      assertThat(rows.stream().mapToLong(Row::published).sum())
          .isEqualTo(broker.read(Topic.FRAMES, SampledFrame.class).size());
      checkAnswers(rows, broker.read(Topic.DETECTIONS, FrameDetections.class));
      try (WatchwordProcess command =
          WatchwordProcess.start(directory, "coverage", "-c", config.toString())) {
        String line =
            "people +read %d, expired 0, to come 0 ".formatted(rows.getFirst().published());
        Wait.until(
            "the table on the console",
            LIMIT,
            () -> Pattern.compile(line).matcher(command.output()).find() ? true : null);
      }

      cameras.fault("gate", Fault.NONE);
      try (WatchwordProcess ingest = service("ingest", config)) {
        String metrics = metrics(ingest);
        Wait.until("some frames", LIMIT, () -> captured(metrics) >= 30 ? true : null);
        int before = rows.size();
        Wait.until("their coverage", LIMIT, () -> rows(broker).size() > before ? true : null);
        ingest.kill();
      }
      List<Row> told = rows;
      List<Row> after = rows(broker);
      assertThat(after).containsAll(told);
      assertThat(after)
          .filteredOn(row -> !told.contains(row))
          .isNotEmpty()
          .allMatch(row -> row.state() == State.INCOMPLETE);
      long all = cameras.framesSent("gate");
      assertThat(after.stream().mapToLong(Row::captured).sum()).isBetween(sent + 1, all);
    }
  }

  /** The rows once every published frame is answered for each prompt, null before. */
  private static List<Row> answered(List<Row> rows) {
    return rows.stream()
            .allMatch(
                row -> row.published() == 0 || row.prompts().size() == 2 && answered(row, PROMPTS))
        ? rows
        : null;
  }

  private static boolean answered(Row row, List<String> prompts) {
    return prompts.stream().allMatch(prompt -> row.toCome(prompt) <= 0);
  }

  /** Captured, published and read add up minute by minute; so do the answers on the topic. */
  private static void checkAnswers(List<Row> rows, List<FrameDetections> detections) {
    for (String prompt : PROMPTS) {
      assertThat(rows).allMatch(row -> row.toCome(prompt) == 0);
      Map<String, Long> outcomes = new TreeMap<>();
      for (Row row : rows) {
        Answers answers = row.prompts().getOrDefault(prompt, NOTHING);
        assertThat(answers.consumed()).isEqualTo(answers.answered()).isEqualTo(row.published());
        assertThat(answers.expired() + answers.late()).isZero();
        answers.outcomes().forEach((outcome, frames) -> outcomes.merge(outcome, frames, Long::sum));
      }
      assertThat(outcomes)
          .isEqualTo(
              detections.stream()
                  .filter(record -> record.getPromptId().equals(prompt))
                  .collect(
                      Collectors.groupingBy(
                          record -> record.getOutcome().name().toLowerCase(Locale.ROOT),
                          Collectors.counting())));
    }
  }

  /** As they look when every process that lives has told all. */
  private static List<Row> rows(Broker broker) throws Exception {
    CoverageTable table = new CoverageTable();
    broker.read(Topic.COVERAGE, Coverage.class).forEach(table::add);
    return table.rows(Instant.now().plus(Duration.ofMinutes(10)));
  }

  private static double captured(String metrics) throws Exception {
    return Metrics.scrape(metrics).sum("watchword_ingest_frames_captured_total");
  }

  private WatchwordProcess service(String name, Path config) throws Exception {
    return WatchwordProcess.start(
        directory, name, "-c", config.toString(), "--operations-port", "0");
  }

  private static String metrics(WatchwordProcess process) {
    return process.awaitLine("metrics=\"?(http://[^\\s\"]+)", LIMIT);
  }
}
