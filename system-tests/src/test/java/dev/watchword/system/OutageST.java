package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.ingest.coverage.CoverageTable.State;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker is killed and stays away for a minute. Beside it two pipelines with topics of their
 * own: one goes on all the time, the ingest of the other is killed while its outbox fills.
 */
class OutageST {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** {@code -Doutage.seconds=60} for a whole minute; one by the clock is in ingest's tests. */
  private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("outage.seconds", 20));

  private static final String STEADY = "steady.";
  private static final String KILLED = "killed.";
  private static final int MOST_LINES = 30;

  @TempDir private Path directory;

  @Test
  void aMinuteWithoutABrokerLosesNothing() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 5, 100));
    try (BrokerProcess broker = new BrokerProcess(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      cameras.mount("yard", clip);
      String steadyConfig = configuration(broker, STEADY, "gate", cameras);
      String killedConfig = configuration(broker, KILLED, "yard", cameras);
      try (WatchwordProcess steady = service("ingest", steadyConfig);
          WatchwordProcess worker = service("infer", steadyConfig);
          WatchwordProcess killed = service("ingest", killedConfig)) {
        String steadyMetrics = metrics(steady);
        String workerMetrics = metrics(worker);
        String killedMetrics = metrics(killed);
        atLeast(steadyMetrics, "watchword_ingest_frames_published_total", 5);
        atLeast(killedMetrics, "watchword_ingest_frames_published_total", 5);
        atLeast(workerMetrics, "watchword_inference_frames_consumed_total", 3);

        int linesBefore = steady.output().split("\n").length;
        broker.kill();
        Instant gone = Instant.now();
        double onDisk = atLeast(killedMetrics, "watchword_ingest_outbox_frames", 30);
        Wait.until(
            "no frame to be on its way",
            LIMIT,
            () -> sum(killedMetrics, "watchword_ingest_frames_in_flight") == 0 ? true : null);
        killed.kill();
        tearLastRecord(directory.resolve(KILLED).resolve("outbox"));
        try (WatchwordProcess heir = service("ingest", killedConfig)) {
          Wait.until(
              "the outage to last long enough",
              AWAY,
              () -> Instant.now().isAfter(gone.plus(AWAY)) ? true : null);
          broker.start();
          Instant back = Instant.now();

          double published = sum(steadyMetrics, "watchword_ingest_frames_published_total");
          atLeast(steadyMetrics, "watchword_ingest_frames_published_total", published + 20);
          empty(steadyMetrics);
          String heirMetrics = metrics(heir);
          atLeast(heirMetrics, "watchword_ingest_frames_recovered_total", onDisk - 1);
          atLeast(heirMetrics, "watchword_ingest_frames_published_total", 3);
          empty(heirMetrics);
          assertThat(sum(heirMetrics, "watchword_ingest_outbox_cuts_total")).isEqualTo(1);
          heir.stop(Duration.ofSeconds(10));
          checkKilled(broker.settings(KILLED), onDisk);

          stopCamera(cameras, steady, steadyMetrics);
          long sent = cameras.framesSent("gate");
          steady.stop(Duration.ofSeconds(10));
          checkSteady(broker.settings(STEADY), sent, back);
          assertThat(sum(workerMetrics, "watchword_inference_frames_expired_total")).isZero();
          int lines = steady.output().split("\n").length - linesBefore;
          assertThat(lines).as("log lines:\n%s", steady.output()).isLessThan(MOST_LINES);
        }
      }
    }
  }

  private void checkSteady(KafkaSettings kafka, long sent, Instant back) throws Exception {
    List<SampledFrame> live = Broker.readAll(kafka, Topic.FRAMES, SampledFrame.class);
    List<SampledFrame> late = Broker.readAll(kafka, Topic.FRAMES_LATE, SampledFrame.class);
    assertWithoutGaps(live, late);
    assertThat(late).hasSizeGreaterThan((int) AWAY.toSeconds());
    assertThat(late)
        .as("frames captured after the return are live ones")
        .allMatch(frame -> frame.getCapturedAt().isBefore(back.plusSeconds(5)));

    Set<String> lateIds = ids(late);
    Set<String> all = new HashSet<>(lateIds);
    all.addAll(ids(live));
    List<FrameDetections> answers =
        Wait.until(
            "an answer to every frame",
            LIMIT,
            () -> {
              List<FrameDetections> now =
                  Broker.readAll(kafka, Topic.DETECTIONS, FrameDetections.class);
              return answered(now).containsAll(all) ? now : null;
            });
    assertThat(answers).noneMatch(answer -> answer.getOutcome() == Outcome.FAILED);
    assertThat(answers)
        .filteredOn(FrameDetections::getLate)
        .allMatch(answer -> answer.getOutcome() == Outcome.INFERRED)
        .extracting(answer -> Ids.text(answer.getId()))
        .containsExactlyInAnyOrderElementsOf(lateIds);
    assertThat(answers)
        .filteredOn(answer -> answer.getCapturedAt().isAfter(back.plusSeconds(5)))
        .as("live frames did not wait for the spool")
        .isNotEmpty()
        .allMatch(answer -> answer.getOutcome() == Outcome.INFERRED);

    List<Row> rows = rows(kafka);
    assertThat(rows).allMatch(row -> row.state() == State.COMPLETE && row.waiting() == 0);
    assertThat(rows.stream().mapToLong(Row::captured).sum()).isEqualTo(sent);
    assertThat(rows.stream().mapToLong(Row::late).sum()).isEqualTo(late.size());
    assertThat(rows)
        .extracting(row -> row.prompts().get("people"))
        .doesNotContainNull()
        .allMatch(answered -> answered.consumed() == answered.answered())
        .allMatch(answered -> answered.expired() == 0);
    // A live frame that the dying broker took, but did not acknowledge, came late once more.
    long twice = live.size() + late.size() - all.size();
    assertThat(rows.stream().mapToLong(row -> row.toCome("people")).sum()).isEqualTo(-twice);
  }

  private void checkKilled(KafkaSettings kafka, double onDisk) throws Exception {
    List<SampledFrame> late = Broker.readAll(kafka, Topic.FRAMES_LATE, SampledFrame.class);
    List<SampledFrame> live = Broker.readAll(kafka, Topic.FRAMES, SampledFrame.class);
    String session = live.getFirst().getId().getSession();
    List<SampledFrame> liveOfKilled = of(session, live);
    List<SampledFrame> lateOfKilled = of(session, late);
    assertThat(lateOfKilled).hasSizeGreaterThanOrEqualTo((int) onDisk - 1);
    assertThat(ids(lateOfKilled)).as("none twice").hasSize(lateOfKilled.size());
    assertWithoutGaps(liveOfKilled, lateOfKilled);
    assertThat(rows(kafka))
        .filteredOn(row -> row.session().equals(session))
        .isNotEmpty()
        .allMatch(row -> row.state() == State.INCOMPLETE);
  }

  /** As a power cut would leave it: the end of the record written last is missing. */
  private static void tearLastRecord(Path outbox) throws IOException {
    try (Stream<Path> files = Files.walk(outbox)) {
      Path last =
          files
              .filter(file -> file.toString().endsWith(".segment"))
              .max(Comparator.comparing(file -> file.getFileName().toString()))
              .orElseThrow();
      try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
        file.setLength(file.length() - 5);
      }
    }
  }

  private static void assertWithoutGaps(List<SampledFrame> live, List<SampledFrame> late) {
    List<SampledFrame> both = new ArrayList<>(live);
    both.addAll(late);
    both.stream()
        .collect(Collectors.groupingBy(frame -> frame.getId().getSession()))
        .forEach(
            (session, frames) -> {
              TreeSet<Long> sequences = new TreeSet<>();
              frames.forEach(frame -> sequences.add(frame.getId().getSequence()));
              assertThat(sequences)
                  .as("session %s", session)
                  .containsExactlyElementsOf(
                      LongStream.rangeClosed(0, sequences.last()).boxed().toList());
            });
  }

  /** First all that was sent arrives, then the end of the stream frees the decoder's last frame. */
  private static void stopCamera(RtspServer cameras, WatchwordProcess ingest, String metrics) {
    String captured = "watchword_ingest_frames_captured_total";
    try {
      cameras.fault("gate", Fault.STALL);
      Wait.until(
          "all but the last frame",
          LIMIT,
          () -> sum(metrics, captured) + 1 >= cameras.framesSent("gate") ? true : null);
      cameras.fault("gate", Fault.CLOSE);
      Wait.until(
          "all frames that were sent",
          LIMIT,
          () -> sum(metrics, captured) == cameras.framesSent("gate") ? true : null);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; ingest said:\n" + ingest.output(), e);
    }
  }

  private String configuration(
      BrokerProcess broker, String prefix, String camera, RtspServer cameras) throws IOException {
    String yaml =
        broker.yaml(prefix)
            + """
            data: "%s"
            prompts: {people: {text: detect person}}
            cameras: {%s: {url: "%s", sample: 2/s, read-timeout: 30s}}
            """
                .formatted(directory.resolve(prefix), camera, cameras.url(camera));
    return Files.writeString(directory.resolve(prefix + "yaml"), yaml).toString();
  }

  private WatchwordProcess service(String name, String config) throws IOException {
    return WatchwordProcess.start(directory, name, "-c", config, "--operations-port", "0");
  }

  private static String metrics(WatchwordProcess process) {
    return process.awaitLine("metrics=\"?(http://[^\\s\"]+)", LIMIT);
  }

  private static double sum(String metrics, String family) throws Exception {
    return Metrics.scrape(metrics).sum(family);
  }

  private static double atLeast(String metrics, String family, double count) {
    return Wait.until(
        family + " >= " + count,
        LIMIT,
        () -> {
          double now = sum(metrics, family);
          return now >= count ? now : null;
        });
  }

  private static void empty(String metrics) {
    Wait.until(
        "an empty outbox",
        LIMIT,
        () -> sum(metrics, "watchword_ingest_outbox_frames") == 0 ? true : null);
  }

  private static List<Row> rows(KafkaSettings kafka) throws Exception {
    CoverageTable table = new CoverageTable();
    Broker.readAll(kafka, Topic.COVERAGE, Coverage.class).forEach(table::add);
    return table.rows(Instant.now().plus(Duration.ofMinutes(10)));
  }

  private static List<SampledFrame> of(String session, List<SampledFrame> frames) {
    return frames.stream().filter(frame -> frame.getId().getSession().equals(session)).toList();
  }

  private static Set<String> ids(List<SampledFrame> frames) {
    return frames.stream().map(frame -> Ids.text(frame.getId())).collect(Collectors.toSet());
  }

  private static Set<String> answered(List<FrameDetections> answers) {
    return answers.stream().map(answer -> Ids.text(answer.getId())).collect(Collectors.toSet());
  }
}
