package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.ingest.coverage.CoverageTable.State;
import dev.watchword.ingest.coverage.LeftCoverage;
import dev.watchword.ingest.outbox.Frames;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker is away for a long time, on a clock by hand. */
class OutageTest {
  private static final long SECOND = 1_000_000_000L;
  private static final TimeoutException AWAY = new TimeoutException("no broker");
  private static final Pause NONE = (time, stop) -> {};

  @TempDir private Path directory;

  @Test
  void anHourFillsTheOutboxAndNoMoreAndEveryFrameIsAccountedFor() throws Exception {
    long limit = 2 << 20;
    Topics topics = new Topics(true, directory, limit);
    Hour hour = new Hour(topics);
    hour.seconds(30);
    topics.producer.sendException = AWAY;
    long largest = 0;
    for (int minute = 0; minute < 60; minute++) {
      hour.seconds(60);
      largest = Math.max(largest, bytesOnDisk());
    }
    assertThat(largest).isBetween(limit * 3 / 4, limit);
    double waiting = topics.count("outbox_frames", "gate");
    assertThat(topics.dropped("gate", DropReason.OUTBOX_FULL)).isEqualTo(7200 - waiting);
    assertThat(topics.dropped("gate")).isEqualTo(7200 - waiting);

    topics.producer.sendException = null;
    hour.seconds(120);
    hour.coverage.finish();

    assertThat(topics.count("outbox_frames", "gate")).isZero();
    assertThat(bytesOnDisk()).isZero();
    double late = topics.count("frames_spooled_total", "gate") - (7200 - waiting);
    assertThat(late).as("with those of the second until it is noticed").isEqualTo(waiting + 2);
    assertThat(topics.count("frames_late_total", "gate")).isEqualTo(late);
    assertThat(topics.frames(Topics.LATE)).hasSize((int) late);
    assertThat(topics.dropped("gate")).isEqualTo(7200 - waiting);
    assertThat(topics.unaccounted("gate")).isZero();
    List<Row> rows = topics.coverage();
    assertThat(rows).allMatch(row -> row.state() == State.COMPLETE && row.waiting() == 0);
    assertThat(rows.stream().mapToLong(Row::captured).sum()).isEqualTo(hour.captured);
    assertThat(rows.stream().mapToLong(Row::allDropped).sum()).isEqualTo(7200 - (long) waiting);
  }

  /** A process that has captured for that long before the outage, and as long in it. */
  private Topics endedInAnOutage(LeftCoverage left, int seconds) {
    Topics topics = new Topics(true, directory, 64 << 20);
    Hour hour = new Hour(topics, Optional.of(left));
    hour.seconds(seconds);
    topics.producer.sendException = AWAY;
    hour.seconds(seconds);
    topics.end(hour.coverage);
    return topics;
  }

  @Test
  void aProcessThatEndsInAnOutageLeavesItsBooksToTheNext() throws Exception {
    LeftCoverage left = new LeftCoverage(directory.resolve("coverage"));
    Topics topics = endedInAnOutage(left, 90);
    assertThat(left.files()).hasSize(1);

    Topics next = new Topics(true, directory, 64 << 20);
    Hour second = new Hour(next, Optional.of(left));
    second.run();
    second.run();
    next.end(second.coverage);

    assertThat(left.files()).isEmpty();
    CoverageTable table = new CoverageTable();
    topics.addCoverage(table);
    next.addCoverage(table);
    List<Row> rows = table.rows(Instant.MAX);
    assertThat(rows).allMatch(row -> row.state() == State.COMPLETE && row.waiting() == 0);
    assertThat(rows.stream().mapToLong(Row::captured).sum()).isEqualTo(4 * 90);
    assertThat(rows.stream().mapToLong(Row::late).sum()).isBetween(180L, 182L);
  }

  @Test
  void whatAnEarlierProcessHasLeftStaysUntilKafkaHasIt() throws Exception {
    LeftCoverage left = new LeftCoverage(directory.resolve("coverage"));
    endedInAnOutage(left, 5);

    Topics next = new Topics(true, directory, 64 << 20);
    Hour second = new Hour(next, Optional.of(left));
    next.producer.sendException = AWAY;
    second.run();
    second.run();
    assertThat(left.files()).hasSize(1);
    next.producer.sendException = null;
    second.seconds(3);

    assertThat(left.files()).isEmpty();
  }

  @Test
  void aBrokerThatIsAwayForAMinuteIsWorthTwoLines() {
    try (LogLines lines = new LogLines()) {
      Topics topics = new Topics(true, directory, 64 << 20);
      Hour hour = new Hour(topics);
      hour.seconds(5);
      topics.producer.sendException = AWAY;
      hour.seconds(60);
      topics.producer.sendException = null;
      hour.seconds(5);

      assertThat(lines.all())
          .hasSize(2)
          .satisfiesExactly(
              gone -> assertThat(gone).contains("the Kafka broker does not take frames"),
              back -> assertThat(back).contains("frames are published again"));
    }
  }

  /** Nothing but the supervisor's own waits passes the time; it fails in every way there is. */
  @Test
  void aCameraThatFailsInATightLoopIsWorthALineForEachChange() {
    try (LogLines lines = new LogLines()) {
      Topics topics = new Topics(true);
      topics.producer.sendException = AWAY;
      ScriptedCamera camera = new ScriptedCamera();
      for (int i = 0; i < 3000; i++) {
        camera
            .refuses(CameraCause.REFUSED)
            .refuses(CameraCause.REFUSED)
            .plays(0, CameraCause.STALLED)
            .plays(0, CameraCause.STALLED);
      }
      int[] attempts = {0};
      CameraSupervisor supervisor =
          new CameraSupervisor(
              Clips.camera("gate", "rtsp://10.0.0.7/ch1"),
              (config, stop) -> {
                attempts[0]++;
                return camera.open(config, stop);
              },
              topics.publisher,
              topics.metrics.camera("gate"),
              Clock.systemUTC(),
              (time, stop) -> topics.nanos.addAndGet(time.toNanos()),
              new SplittableRandom(1));
      while (topics.nanos.get() < 60 * SECOND) {
        supervisor.step();
      }
      topics.producer.sendException = null;
      topics.nanos.addAndGet(SECOND);
      supervisor.close();

      assertThat(attempts[0]).as("attempts in a minute").isBetween(5, 10);
      List<String> states = lines.states();
      assertThat(states.size()).isLessThanOrEqualTo(attempts[0] / 2 + 3);
      assertThat(lines.all().size() - states.size())
          .as("lines about the broker: %s", lines.all())
          .isEqualTo(2);
    }
  }

  /** Even when the waits do not wait. */
  @Test
  void thousandsOfEqualFailuresAreWorthOneLine() {
    try (LogLines lines = new LogLines()) {
      Topics topics = new Topics(true);
      ScriptedCamera camera = new ScriptedCamera();
      for (int i = 0; i < 5000; i++) {
        camera.refuses(CameraCause.REFUSED);
      }
      CameraSupervisor supervisor =
          new CameraSupervisor(
              Clips.camera("gate", "rtsp://10.0.0.7/ch1"),
              camera,
              topics.publisher,
              topics.metrics.camera("gate"),
              Clock.systemUTC(),
              NONE,
              new SplittableRandom(1));
      for (int i = 0; i < 5000; i++) {
        supervisor.step();
      }

      assertThat(lines.all()).hasSize(2);
      assertThat(topics.states()).containsExactly("CONNECTING NONE", "WAITING REFUSED");
      supervisor.close();
    }
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(OutageTest::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two frames a second of one camera, and beside it what sends the outbox and the coverage. */
  private static final class Hour {
    private final Topics topics;
    private final SpoolLoop spool;
    private final CoverageLoop coverage;
    private Instant now = Frames.frame("gate", 0, 1).getCapturedAt();
    private long captured;

    Hour(Topics topics) {
      this(topics, Optional.empty());
    }

    Hour(Topics topics, Optional<LeftCoverage> left) {
      this.topics = topics;
      this.spool = new SpoolLoop(topics.spool, topics.publisher, NONE);
      InstantSource clock = () -> now;
      this.coverage =
          new CoverageLoop(
              topics.book,
              topics.publisher,
              left,
              () -> topics.metrics.recordLost(Topic.COVERAGE),
              clock.withZone(ZoneOffset.UTC),
              NONE);
    }

    void seconds(int seconds) {
      for (int i = 0; i < seconds; i++) {
        capture();
        capture();
        topics.nanos.addAndGet(SECOND);
        now = now.plus(Duration.ofSeconds(1));
        run();
      }
    }

    private void capture() {
      CameraMetrics metrics = topics.metrics.camera("gate");
      SampledFrame frame = Frames.frame("gate", captured++, 1000);
      metrics.frame(frame.getId().getSession(), micros(frame.getCapturedAt()));
      metrics.captured();
      topics.publisher.publish(frame, metrics);
    }

    private void run() {
      try {
        for (int i = 0; i < 25; i++) {
          spool.step();
        }
        coverage.step();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static long micros(Instant at) {
      return at.toEpochMilli() * 1000;
    }
  }
}
