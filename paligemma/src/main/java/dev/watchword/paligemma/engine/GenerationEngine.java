package dev.watchword.paligemma.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A DJL engine whose one forward pass is a whole batched generation: requests in, answers out, no
 * tensor crosses. Extend it, name the class in {@code META-INF/services/ai.djl.engine.EngineProvider},
 * and {@code Criteria.optEngine(name)} and {@link EngineModel} find it.
 */
public abstract class GenerationEngine implements EngineProvider {
  /** DJL takes the lowest rank for its default engine; these must never become that. */
  private static final int RANK = 1000;

  private final Engine engine;

  protected GenerationEngine(String name, String version) {
    DjlNetwork.off();
    this.engine = new DjlEngine(this, name, version);
  }

  /**
   * Loads a model.
   *
   * @param options by name; one that the engine does not know is an {@link
   *     IllegalArgumentException}
   * @throws CheckpointException with one sentence that names what is wrong in the directory
   */
  protected abstract Generator load(Path directory, Map<String, String> options)
      throws CheckpointException;

  @Override
  public final String getEngineName() {
    return engine.getEngineName();
  }

  @Override
  public final int getEngineRank() {
    return RANK;
  }

  @Override
  public final Engine getEngine() {
    return engine;
  }
}
