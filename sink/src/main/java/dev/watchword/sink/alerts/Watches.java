package dev.watchword.sink.alerts;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is known of each camera: in memory, and in the store as of the last {@link #keep}. Used by
 * one thread.
 */
final class Watches<W> {
  private final KeyValueStore<String, byte[]> store;
  private final Function<String, W> fresh;
  private final BiFunction<W, byte[], W> restored;
  private final Function<W, byte[]> bytes;
  private final Map<String, W> cameras = new TreeMap<>();

  /**
   * Takes up what the store has.
   *
   * @param fresh a camera of which nothing is known
   * @param restored such a one with what was kept
   * @param bytes what is to be kept
   */
  Watches(
      KeyValueStore<String, byte[]> store,
      Function<String, W> fresh,
      BiFunction<W, byte[], W> restored,
      Function<W, byte[]> bytes) {
    this.store = store;
    this.fresh = fresh;
    this.restored = restored;
    this.bytes = bytes;
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        of(all.next().key);
      }
    }
  }

  /** Null when nothing is known of the camera. */
  W known(String camera) {
    return cameras.get(camera);
  }

  W of(String camera) {
    return cameras.computeIfAbsent(
        camera,
        id -> {
          byte[] kept = store.get(id);
          return kept == null ? fresh.apply(id) : restored.apply(fresh.apply(id), kept);
        });
  }

  /** To be called after each change. */
  void keep(String camera, W watch) {
    store.put(camera, bytes.apply(watch));
  }

  /** In the order of the cameras' ids. */
  void forEach(BiConsumer<String, W> action) {
    cameras.forEach(action);
  }
}
