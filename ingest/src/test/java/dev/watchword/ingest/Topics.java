package dev.watchword.ingest;

import dev.watchword.ingest.FramePublisher.TopicNames;
import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.SampledFrame;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker's place: what was sent, and the counters beside it. */
final class Topics {
  static final String FRAMES = "watchword.frames";
  static final String LATE = "watchword.frames-late";
  static final String STATUS = "watchword.camera-status";
  static final String COVERAGE = "watchword.coverage";
  static final TopicNames NAMES = new TopicNames(FRAMES, LATE, STATUS, COVERAGE);

  private static final AtomicInteger PROCESSES = new AtomicInteger();

  final MockProducer<String, SpecificRecord> producer;
  final CollectorRegistry registry = new CollectorRegistry();
  final CoverageBook book = new CoverageBook("test-" + PROCESSES.incrementAndGet());
  final IngestMetrics metrics = new IngestMetrics(registry, book);
  final AtomicLong nanos = new AtomicLong();
  final Spool spool;
  final FramePublisher publisher;

  /**
   * Without an outbox.
   *
   * @param answers whether each record is acknowledged at once
   */
  Topics(boolean answers) {
    this(answers, null, 0);
  }

  Topics(boolean answers, Path outbox, long outboxBytes) {
    producer =
        new MockProducer<>(
            answers,
            new RoundRobinPartitioner(),
            new StringSerializer(),
            (topic, data) -> new byte[0]);
    spool = outbox == null ? Spool.none(metrics) : Spool.open(outbox, outboxBytes, metrics);
    publisher = new FramePublisher(producer, NAMES, Clock.systemUTC(), nanos::get, spool);
  }

  List<SampledFrame> frames() {
    return frames(FRAMES);
  }

  List<SampledFrame> frames(String topic) {
    return List.copyOf(producer.history()).stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> (SampledFrame) record.value())
        .toList();
  }

  List<CameraStatus> statuses() {
    return List.copyOf(producer.history()).stream()
        .filter(record -> record.topic().equals(STATUS))
        .map(record -> (CameraStatus) record.value())
        .toList();
  }

  /** The topic {@code coverage} as it looks long after. */
  List<CoverageTable.Row> coverage() {
    CoverageTable table = new CoverageTable();
    addCoverage(table);
    return table.rows(Instant.MAX);
  }

  void addCoverage(CoverageTable table) {
    List.copyOf(producer.history()).stream()
        .filter(record -> record.topic().equals(COVERAGE))
        .forEach(record -> table.add((Coverage) record.value()));
  }

  /** As a process ends that is asked to. */
  void end(CoverageLoop coverage) {
    coverage.finish();
    publisher.close();
    coverage.leave();
    spool.close();
  }

  List<String> states() {
    List<String> states = new ArrayList<>();
    CameraStatus before = null;
    for (CameraStatus status : statuses()) {
      // One that tells of clock or recording alone has the state's own beginning.
      if (before == null
          || !status.getSince().equals(before.getSince())
          || status.getState() != before.getState()) {
        states.add(status.getState() + " " + status.getCause());
      }
      before = status;
    }
    return states;
  }

  double count(String metric, String camera) {
    Double value =
        registry.getSampleValue(
            "watchword_ingest_" + metric, new String[] {"camera"}, new String[] {camera});
    return value == null ? 0 : value;
  }

  double dropped(String camera, DropReason reason) {
    Double value =
        registry.getSampleValue(
            "watchword_ingest_frames_dropped_total",
            new String[] {"camera", "reason"},
            new String[] {camera, reason.label()});
    return value == null ? 0 : value;
  }

  double dropped(String camera) {
    double all = 0;
    for (DropReason reason : DropReason.values()) {
      all += dropped(camera, reason);
    }
    return all;
  }

  /** captured less everything that became of the frames; 0 when the books balance. */
  double unaccounted(String camera) {
    return count("frames_captured_total", camera)
        + count("frames_recovered_total", camera)
        - count("frames_late_total", camera)
        - count("outbox_frames", camera)
        - count("frames_not_sampled_total", camera)
        - count("frames_gated_total", camera)
        - dropped(camera)
        - count("frames_published_total", camera)
        - count("frames_in_flight", camera);
  }
}
