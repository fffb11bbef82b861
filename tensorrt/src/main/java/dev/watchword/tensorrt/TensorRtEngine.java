package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.engine.Activity;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.GenerationEngine;
import dev.watchword.paligemma.engine.Generator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      return new Loaded(PaliGemma.load(directory, read.model(), read.shapes(), plans));
    } catch (IllegalStateException e) {
      // Memory that did not do, after the plans were read.
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  /** Takes the model over and closes it. */
  private record Loaded(PaliGemma model) implements Generator {
    @Override
    public ModelId id() {
      return model.id();
    }

    @Override
    public Map<String, String> properties() {
      return Map.of(
          EngineModel.IMAGE_SIZE, Integer.toString(model.imageSize()),
          EngineModel.DRAWS_MASKS, Boolean.toString(model.drawsMasks()));
    }

    @Override
    public Optional<Activity> activity() {
      return Optional.of(model.activity());
    }

    @Override
    public List<Answer> generate(List<Request> requests) {
      return model.generate(requests).stream().<Answer>map(Answer.Given::of).toList();
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
