package dev.watchword.tensorrt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The plans that are there, for people. */
public final class PlanList {
  private PlanList() {}

  /**
   * Plans of one checkpoint, for one kind of GPU.
   *
   * @param facts what they depend on, by name: {@code checkpoint} is its revision
   * @param built when, in UTC
   */
  public record Plans(Path folder, Map<String, String> facts, long bytes, String built) {}

  /** Those in a directory of plans, of any checkpoint. */
  public static List<Plans> in(Path directory) throws IOException {
    return new PlanCache(directory)
        .entries().stream()
            .map(e -> new Plans(e.folder(), e.key().facts(), e.bytes(), e.built()))
            .toList();
  }
}
