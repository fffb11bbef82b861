package dev.watchword.ingest;

import dev.watchword.ingest.placement.CameraOwner;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraState;
import dev.watchword.service.config.ConfigException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cameras that run in this process. Changed by one thread at a time; counts may be asked by
 * any.
 */
final class Roster implements CameraOwner, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Roster.class);

  private final Function<Camera, CameraConfig> configs;
  private final Function<CameraConfig, RunningCamera> start;
  private final BiConsumer<Camera, String> refusals;
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final Set<Integer> partitions = ConcurrentHashMap.newKeySet();
  private final Map<String, Camera> refused = new HashMap<>();
  private boolean closed;

  private record Running(int partition, RunningCamera camera) {}

  /**
   * @param configs throws {@link ConfigException} for a camera that cannot be run
   * @param start starts a camera
   * @param refusals told of such a camera, and why, when it does not run already
   */
  Roster(
      Function<Camera, CameraConfig> configs,
      Function<CameraConfig, RunningCamera> start,
      BiConsumer<Camera, String> refusals) {
    this.configs = configs;
    this.start = start;
    this.refusals = refusals;
  }

  @Override
  public synchronized void own(int partition, Map<String, Camera> cameras) {
    if (closed) {
      return;
    }
    partitions.add(partition);
    stop(
        running.entrySet().stream()
            .filter(entry -> entry.getValue().partition() == partition)
            .filter(entry -> !cameras.containsKey(entry.getKey()))
            .map(Map.Entry::getKey)
            .toList(),
        "removed");
    cameras.forEach((id, camera) -> own(partition, id, camera));
  }

  private void own(int partition, String id, Camera camera) {
    CameraConfig config;
    try {
      config = configs.apply(camera);
      refused.remove(id);
    } catch (ConfigException e) {
      refuse(id, camera, e.getMessage());
      return;
    }
    Running present = running.get(id);
    if (present != null && present.camera().config().equals(config)) {
      return;
    }
    if (present != null) {
      stop(List.of(id), null);
    }
    running.put(id, new Running(partition, start.apply(config)));
  }

  /** What runs already goes on as it was. */
  private void refuse(String id, Camera camera, String sentence) {
    if (!camera.equals(refused.put(id, camera))) {
      log.atWarn().addKeyValue("camera", id).addKeyValue("error", sentence).log("camera refused");
      if (!running.containsKey(id)) {
        refusals.accept(camera, sentence);
      }
    }
  }

  @Override
  public synchronized void leave(Collection<Integer> gone, boolean taken) {
    partitions.removeAll(gone);
    stop(
        running.entrySet().stream()
            .filter(entry -> gone.contains(entry.getValue().partition()))
            .map(Map.Entry::getKey)
            .toList(),
        taken ? null : "moves to another process");
  }

  /**
   * Stops cameras at the same time and waits for them.
   *
   * @param farewell the last state's detail; null says nothing
   */
  private void stop(List<String> ids, String farewell) {
    List<RunningCamera> stopped = new ArrayList<>();
    for (String id : ids) {
      RunningCamera camera = running.remove(id).camera();
      camera.stop(farewell);
      stopped.add(camera);
    }
    stopped.forEach(RunningCamera::close);
  }

  /** Whether the cameras of this partition are placed here; of all processes one says so. */
  boolean owns(int partition) {
    return partitions.contains(partition);
  }

  int size() {
    return running.size();
  }

  long count(CameraState state) {
    return running.values().stream().filter(camera -> camera.camera().state() == state).count();
  }

  /** A sentence for each camera whose recording is degraded, by id. */
  Map<String, String> recordingTroubles() {
    Map<String, String> troubles = new TreeMap<>();
    running.forEach(
        (id, camera) -> {
          Recording recording = camera.camera().recording();
          if (recording.isDegraded()) {
            troubles.put(id, recording.detail());
          }
        });
    return troubles;
  }

  /** Stops all, and starts none from now on. */
  @Override
  public synchronized void close() {
    closed = true;
    stop(List.copyOf(running.keySet()), "");
  }
}
