package dev.watchword.ingest.placement;

import dev.watchword.schemas.Camera;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a configuration file changes on the topic {@code cameras}. */
public final class Seeds {
  private Seeds() {}

  /**
   * The entries to write, null for those to delete. Entries that were made or changed while running
   * stay as they are; what an earlier version of the same file has put there and it no longer names
   * is deleted.
   *
   * @param present the topic's entries, by id
   * @param seeder the file's {@link Camera#getSeededBy()}
   */
  public static Map<String, Camera> changes(
      Map<String, Camera> present, List<Camera> file, String seeder) {
    Map<String, Camera> changes = new LinkedHashMap<>();
    present.forEach(
        (id, camera) -> {
          if (seeder.equals(camera.getSeededBy())) {
            changes.put(id, null);
          }
        });
    for (Camera camera : file) {
      Camera old = present.get(camera.getId());
      if (old == null || old.getSeededBy() != null && !isSame(old, camera)) {
        changes.put(camera.getId(), camera);
      } else {
        changes.remove(camera.getId());
      }
    }
    return changes;
  }

  private static boolean isSame(Camera one, Camera other) {
    return one.getUrl().equals(other.getUrl())
        && one.getSettings().equals(other.getSettings())
        && other.getSeededBy().equals(one.getSeededBy());
  }
}
