package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Coverage;
import dev.watchword.service.kafka.RecordDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Coverage, by camera, to alerts. */
final class CoverageProcessor implements Processor<String, byte[], String, SpecificRecord> {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final AlertParts parts;
  private final LongSupplier changes;
  private ProcessorContext<String, SpecificRecord> context;
  private RecordDecoder decoder;
  private CountedDecoder<Coverage> records;
  private Watches<CoverageWatch> cameras;
  private RuleBook rules;

  CoverageProcessor(AlertParts parts, LongSupplier changes) {
    this.parts = parts;
    this.changes = changes;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> processorContext) {
    context = processorContext;
    decoder = parts.decoder().get();
    records =
        new CountedDecoder<>(
            decoder, parts.coverageTopic(), Coverage.class, parts.metrics(), "coverage");
    rules = new RuleBook(parts, context.getStateStore(AlertTopology.RULES), decoder, changes);
    cameras =
        new Watches<>(
            context.getStateStore(AlertTopology.COVERAGE),
            CoverageWatch::new,
            CoverageWatch::restore,
            CoverageWatch::toBytes);
    context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::passed);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Coverage coverage = records.decode(record.key(), record.value());
    if (coverage != null) {
      CoverageWatch camera = cameras.of(coverage.getCamera());
      List<Alert> alerts = camera.record(coverage, rules.standing());
      cameras.keep(coverage.getCamera(), camera);
      alerts.forEach(alert -> tell(alert, record.timestamp()));
    }
  }

  private void passed(long nowMillis) {
    List<RuleVersion> standing = rules.standing();
    cameras.forEach(
        (id, camera) -> {
          if (camera.isWaiting()) {
            List<Alert> alerts = camera.passed(Instant.ofEpochMilli(nowMillis), standing);
            if (!camera.isWaiting() || !alerts.isEmpty()) {
              cameras.keep(id, camera);
            }
            alerts.forEach(alert -> tell(alert, nowMillis));
          }
        });
  }

  private void tell(Alert alert, long timestamp) {
    parts.metrics().fired(alert);
    context.forward(new Record<>(alert.getCamera(), alert, timestamp));
  }

  @Override
  public void close() {
    decoder.close();
  }
}
