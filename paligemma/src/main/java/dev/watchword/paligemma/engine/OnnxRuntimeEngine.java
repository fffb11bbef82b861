package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    return new Local(PaliGemma.load(directory, LocalOptions.read(NAME, options)));
  }

  /** Takes the model over and closes it. */
  private record Local(PaliGemma model) implements Generator {
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
