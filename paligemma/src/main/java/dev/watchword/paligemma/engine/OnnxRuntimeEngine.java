package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.PaliGemma;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@link PaliGemma} as the DJL engine {@value #NAME}; its options are {@link LocalOptions}. DJL's
 * own engine of that name runs graphs, one call at a time, and cannot run a checkpoint; only one of
 * the two may be on the class path.
 */
public final class OnnxRuntimeEngine extends GenerationEngine {
  public static final String NAME = "OnnxRuntime";

  /** For DJL, which finds it as a service. */
  public OnnxRuntimeEngine() {
    super(NAME, "1");
  }

  @Override
  protected Generator load(Path directory, Map<String, String> options) throws CheckpointException {
    return new LocalModel(PaliGemma.load(directory, LocalOptions.read(NAME, options)));
  }
}
