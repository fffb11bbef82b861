package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.Ids;
import dev.watchword.service.kafka.RecordDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Looks at cameras, and their states, to alerts. What is known of each camera is in memory, and in
 * the store after each change.
 */
final class AlertProcessor implements Processor<String, Object, String, SpecificRecord> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final AlertParts parts;
  private final LongSupplier changes;

  /** When a frame was last seen of each camera; milliseconds of the wall clock. */
  private final Map<String, Long> heard = new HashMap<>();

  private ProcessorContext<String, SpecificRecord> context;
  private RecordDecoder decoder;
  private CountedDecoder<CameraStatus> statuses;
  private Watches<CameraWatch> cameras;
  private RuleBook rules;

  AlertProcessor(AlertParts parts, LongSupplier changes) {
    this.parts = parts;
    this.changes = changes;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> processorContext) {
    context = processorContext;
    decoder = parts.decoder().get();
    statuses =
        new CountedDecoder<>(
            decoder, parts.statusTopic(), CameraStatus.class, parts.metrics(), "camera-status");
    rules = new RuleBook(parts, context.getStateStore(AlertTopology.RULES), decoder, changes);
    cameras =
        new Watches<>(
            context.getStateStore(AlertTopology.CAMERAS),
            CameraWatch::new,
            CameraWatch::restore,
            CameraWatch::toBytes);
    heard.clear();
    long now = context.currentSystemTimeMs();
    cameras.forEach((id, camera) -> heard.put(id, now));
    context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::passed);
  }

  @Override
  public void process(Record<String, Object> record) {
    switch (record.value()) {
      case Look look -> look(look, record.timestamp());
      case byte[] status -> status(record.key(), status, record.timestamp());
      case null, default -> {}
    }
  }

  private void look(Look look, long timestamp) {
    List<RuleVersion> standing = rules.standing();
    if (standing.stream().noneMatch(rule -> isAbout(rule, look.camera()))) {
      CameraWatch known = cameras.known(look.camera());
      if (known != null && known.forget(standing)) {
        cameras.keep(look.camera(), known);
      }
      return;
    }
    if (look.inferred()) {
      heard.put(look.camera(), context.currentSystemTimeMs());
    }
    CameraWatch camera = cameras.of(look.camera());
    List<Alert> alerts = camera.frame(look, standing);
    cameras.keep(look.camera(), camera);
    alerts.forEach(alert -> tell(alert, look, timestamp));
  }

  private static boolean isAbout(RuleVersion rule, String camera) {
    return rule.rule().condition() instanceof Condition.OfObjects && rule.rule().isFor(camera);
  }

  private void status(String key, byte[] value, long timestamp) {
    CameraStatus status = statuses.decode(key, value);
    if (status != null) {
      CameraWatch camera = cameras.of(status.getCamera());
      List<Alert> alerts = camera.status(status, rules.standing());
      cameras.keep(status.getCamera(), camera);
      alerts.forEach(alert -> tell(alert, timestamp));
    }
  }

  /** Looks for what comes true by the wall clock alone. */
  private void passed(long nowMillis) {
    List<RuleVersion> standing = rules.standing();
    boolean isWanted =
        standing.stream()
            .map(rule -> rule.rule().condition())
            .anyMatch(
                condition ->
                    condition instanceof Condition.Nothing
                        || condition instanceof Condition.CameraLost);
    if (isWanted) {
      cameras.forEach((id, camera) -> passed(id, camera, nowMillis, standing));
    }
  }

  private void passed(String id, CameraWatch camera, long nowMillis, List<RuleVersion> standing) {
    List<Alert> lost = camera.lost(nowMillis * 1000, standing);
    List<Alert> silent = List.of();
    long quiet = nowMillis - heard.getOrDefault(id, nowMillis);
    if (quiet >= parts.silence().toMillis() && camera.newest() != Micros.NEVER) {
      silent = camera.silent(camera.newest() + quiet * 1000, standing);
    }
    if (!lost.isEmpty() || !silent.isEmpty()) {
      cameras.keep(id, camera);
      lost.forEach(alert -> tell(alert, nowMillis));
      silent.forEach(alert -> tell(alert, nowMillis));
    }
  }

  private void tell(Alert alert, Look look, long timestamp) {
    Instant moment = alert.getEvents().isEmpty() ? null : look.lastSeen(alert.getEvents().get(0));
    if (!look.videoKept() || moment == null) {
      tell(alert, timestamp);
      return;
    }
    EvidenceRequest request =
        EvidenceRequest.newBuilder()
            .setId("alert-" + alert.getId())
            .setCamera(alert.getCamera())
            .setKind(EvidenceKind.PICTURE)
            .setMoment(moment)
            .setBoxes(look.marks(alert.getEvents(), moment))
            .build();
    String picture = parts.pictures().apply(Ids.evidenceName(request));
    tell(Alert.newBuilder(alert).setPicture(picture).build(), timestamp);
    context.forward(
        new Record<>(alert.getCamera(), (SpecificRecord) request, timestamp),
        AlertTopology.EVIDENCE);
  }

  private void tell(Alert alert, long timestamp) {
    parts.metrics().fired(alert);
    context.forward(
        new Record<>(alert.getCamera(), (SpecificRecord) alert, timestamp), AlertTopology.ALERTS);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
