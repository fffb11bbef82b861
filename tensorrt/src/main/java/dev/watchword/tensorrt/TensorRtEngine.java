package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.engine.GenerationEngine;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.paligemma.engine.LocalModel;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@link PaliGemma} on TensorRT as the DJL engine {@value #NAME}; its options are {@link
 * TensorRtOptions}. One forward pass is a whole batched generation: pixels go to the device, tokens
 * come back. A model's plans are built when it is first loaded on a machine, which takes minutes,
 * and found again later.
 */
public final class TensorRtEngine extends GenerationEngine {
  public static final String NAME = "TensorRT";

  /** For DJL, which finds it as a service. */
  public TensorRtEngine() {
    super(NAME, Versions.built().tensorRt());
  }

  @Override
  protected Generator load(Path directory, Map<String, String> options) throws CheckpointException {
    TensorRtOptions read = TensorRtOptions.read(options);
    TensorRtPlans plans = new TensorRtPlans(Probe.ofThisMachine(), directory, read);
    try {
      return new LocalModel(PaliGemma.load(directory, read.model(), read.shapes(), plans));
    } catch (IllegalStateException e) {
      // Memory that did not do, after the plans were read.
      throw new CheckpointException(e.getMessage(), e);
    }
  }
}
