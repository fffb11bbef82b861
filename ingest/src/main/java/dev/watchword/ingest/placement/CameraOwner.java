package dev.watchword.ingest.placement;

import dev.watchword.schemas.Camera;
import java.util.Collection;
import java.util.Map;

/** Runs the cameras that are given to this process. Called by one thread. */
public interface CameraOwner {
  /**
   * These are the partition's cameras now, by id: starts those that are new, stops those that are
   * no longer there, and changes no other.
   */
  void own(int partition, Map<String, Camera> cameras);

  /**
   * The partitions are no longer this process's. Returns when their cameras have stopped.
   *
   * @param taken another process may have them already, and speaks for them
   */
  void leave(Collection<Integer> partitions, boolean taken);
}
