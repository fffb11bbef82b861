package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Coverage;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Coverage, by camera, to alerts. */
final class CoverageProcessor implements Processor<String, byte[], String, SpecificRecord> {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final AlertParts parts;
  private final LongSupplier changes;
  private final Map<String, CoverageWatch> cameras = new TreeMap<>();
  private ProcessorContext<String, SpecificRecord> context;
  private KeyValueStore<String, byte[]> store;
  private RecordDecoder decoder;
  private RuleBook rules;

  CoverageProcessor(AlertParts parts, LongSupplier changes) {
    this.parts = parts;
    this.changes = changes;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> processorContext) {
    context = processorContext;
    store = context.getStateStore(AlertTopology.COVERAGE);
    decoder = parts.decoder().get();
    rules = new RuleBook(parts, context.getStateStore(AlertTopology.RULES), decoder, changes);
    cameras.clear();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        camera(entry.key);
      }
    }
    context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::passed);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Coverage coverage = decoded(record);
    if (coverage != null) {
      CoverageWatch camera = camera(coverage.getCamera());
      List<Alert> alerts = camera.record(coverage, rules.standing());
      store.put(coverage.getCamera(), camera.toBytes());
      alerts.forEach(alert -> tell(alert, record.timestamp()));
    }
  }

  private CoverageWatch camera(String id) {
    return cameras.computeIfAbsent(
        id,
        any -> {
          byte[] kept = store.get(id);
          return kept == null ? new CoverageWatch(id) : new CoverageWatch(id).restore(kept);
        });
  }

  private Coverage decoded(Record<String, byte[]> record) {
    try {
      return decoder.decode(
          new ConsumerRecord<>(parts.coverageTopic(), 0, 0, record.key(), record.value()),
          Coverage.class);
    } catch (BadRecordException e) {
      parts.metrics().unreadable("coverage");
      return null;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void passed(long nowMillis) {
    List<RuleVersion> standing = rules.standing();
    cameras.forEach(
        (id, camera) -> {
          if (camera.isWaiting()) {
            List<Alert> alerts = camera.passed(Instant.ofEpochMilli(nowMillis), standing);
            if (!camera.isWaiting() || !alerts.isEmpty()) {
              store.put(id, camera.toBytes());
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
