package dev.watchword.ingest;

import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.SampledFrame;
import io.prometheus.client.CollectorRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker's place: what was sent, and the counters beside it. */
final class Topics {
  static final String FRAMES = "watchword.frames";
  static final String STATUS = "watchword.camera-status";

  final MockProducer<String, SpecificRecord> producer;
  final CollectorRegistry registry = new CollectorRegistry();
  final IngestMetrics metrics = new IngestMetrics(registry);
  final AtomicLong nanos = new AtomicLong();
  final FramePublisher publisher;

  /**
   * @param answers whether each record is acknowledged at once
   */
  Topics(boolean answers) {
    producer =
        new MockProducer<>(
            answers,
            new RoundRobinPartitioner(),
            new StringSerializer(),
            (topic, data) -> new byte[0]);
    publisher = new FramePublisher(producer, FRAMES, STATUS, Clock.systemUTC(), nanos::get);
  }

  List<SampledFrame> frames() {
    return List.copyOf(producer.history()).stream()
        .filter(record -> record.topic().equals(FRAMES))
        .map(record -> (SampledFrame) record.value())
        .toList();
  }

  List<CameraStatus> statuses() {
    return List.copyOf(producer.history()).stream()
        .filter(record -> record.topic().equals(STATUS))
        .map(record -> (CameraStatus) record.value())
        .toList();
  }

  List<String> states() {
    return statuses().stream().map(status -> status.getState() + " " + status.getCause()).toList();
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
        - count("frames_not_sampled_total", camera)
        - count("frames_gated_total", camera)
        - dropped(camera)
        - count("frames_published_total", camera)
        - count("frames_in_flight", camera);
  }
}
