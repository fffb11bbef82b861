package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link PaliGemma} as the DJL engine {@value #NAME}. DJL's own engine of that name runs graphs, one
 * call at a time, and cannot run a checkpoint; only one of the two may be on the class path.
 */
public final class OnnxRuntimeEngine extends GenerationEngine {
  public static final String NAME = "OnnxRuntime";

  private static final String THREADS = "threads";
  private static final String MAX_NEW_TOKENS = "max-new-tokens";

  /** For DJL, which finds it as a service. */
  public OnnxRuntimeEngine() {
    super(NAME, "1");
  }

  /** The options that say the same as {@code options}. */
  public static Map<String, String> options(ModelOptions options) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(THREADS, Integer.toString(options.threads()));
    texts.put(MAX_NEW_TOKENS, Integer.toString(options.maxNewTokens()));
    return texts;
  }

  private static ModelOptions modelOptions(Map<String, String> texts) {
    ModelOptions options = ModelOptions.defaults();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      options =
          switch (text.getKey()) {
            case THREADS -> options.withThreads(number(text));
            case MAX_NEW_TOKENS -> options.withMaxNewTokens(number(text));
            default ->
                throw new IllegalArgumentException(
                    "the engine %s has no option '%s'; it has %s"
                        .formatted(
                            NAME, text.getKey(), String.join(", ", options(options).keySet())));
          };
    }
    return options;
  }

  private static int number(Map.Entry<String, String> text) {
    try {
      return Integer.parseInt(text.getValue());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "option %s must be a whole number, not '%s'".formatted(text.getKey(), text.getValue()),
          e);
    }
  }

  @Override
  protected Generator load(Path directory, Map<String, String> options)
      throws CheckpointException {
    return new Local(PaliGemma.load(directory, modelOptions(options)));
  }

  /** Takes the model over and closes it. */
  private record Local(PaliGemma model) implements Generator {
    @Override
    public ModelId id() {
      return model.id();
    }

    @Override
    public Map<String, String> properties() {
      return Map.of(EngineModel.IMAGE_SIZE, Integer.toString(model.imageSize()));
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
