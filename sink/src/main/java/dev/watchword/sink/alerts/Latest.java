package dev.watchword.sink.alerts;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps a compacted topic's bytes as they are in a global store: they are what the store is filled
 * with at the start.
 */
public final class Latest extends ContextualProcessor<String, byte[], Void, Void> {
  private final String store;
  private final Runnable changed;

  /**
   * @param changed is run after each change
   */
  public Latest(String store, Runnable changed) {
    this.store = store;
    this.changed = changed;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    KeyValueStore<String, byte[]> entries = context().getStateStore(store);
    if (record.value() == null) {
      entries.delete(record.key());
    } else {
      entries.put(record.key(), record.value());
    }
    changed.run();
  }
}
