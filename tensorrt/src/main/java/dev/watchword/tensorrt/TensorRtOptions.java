package dev.watchword.tensorrt;

import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.engine.LocalOptions;
import dev.watchword.paligemma.graph.PlanShapes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model runs on TensorRT: what {@link LocalOptions} has, and
 *
 * <ul>
 *   <li>{@value #BATCH}: how many rows a pass may have, such as {@code 1,8,32}; the largest is the
 *       number of answers under way
 *   <li>{@value #PLANS}: the directory of built plans
 *   <li>{@value #DEVICE}: which GPU, from 0
 * </ul>
 *
 * @param model without a word about it, in 16-bit floats
 */
public record TensorRtOptions(ModelOptions model, List<Integer> batches, Path plans, int device) {
  public static final String BATCH = "batch";
  public static final String PLANS = "plans";
  public static final String DEVICE = "device";

  /** Longer than the longest usual answer, so that who asks for less shares the plans. */
  private static final int NEW_TOKENS = 256;

  public TensorRtOptions {
    batches = List.copyOf(batches);
  }

  /**
   * @throws IllegalArgumentException in one sentence
   */
  public static TensorRtOptions read(Map<String, String> texts) {
    Map<String, String> rest = new LinkedHashMap<>(texts);
    String batch = rest.remove(BATCH);
    String plans = rest.remove(PLANS);
    String device = rest.remove(DEVICE);
    rest.putIfAbsent("precision", Precision.BFLOAT16.toString());
    ModelOptions model = LocalOptions.read(TensorRtEngine.NAME, rest);
    if (model.precision() == Precision.INT8) {
      throw new IllegalArgumentException(
          "the engine TensorRT has no precision int8; it has float32, bfloat16 and float16");
    }
    return new TensorRtOptions(
        model,
        batches(batch == null ? "1,8,32" : batch),
        plans == null ? usualPlans() : Path.of(plans),
        device == null ? 0 : number(DEVICE, device, 0));
  }

  private static List<Integer> batches(String text) {
    return Arrays.stream(text.split(",")).map(one -> number(BATCH, one.strip(), 1)).toList();
  }

  private static int number(String option, String text, int least) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "option %s: expected whole numbers from %d, not '%s'".formatted(option, least, text));
  }

  private static Path usualPlans() {
    String own = System.getenv("WATCHWORD_CACHE");
    if (own != null && !own.isBlank()) {
      return Path.of(own, PLANS);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("watchword").resolve(PLANS);
  }

  /** What the plans are made for. */
  public PlanShapes shapes() {
    return PlanShapes.of(batches, Math.max(NEW_TOKENS, model.maxNewTokens()));
  }

  /** As {@link #read} takes them. */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>(LocalOptions.of(model));
    texts.put(BATCH, String.join(",", batches.stream().map(String::valueOf).toList()));
    texts.put(PLANS, plans.toString());
    texts.put(DEVICE, Integer.toString(device));
    return texts;
  }
}
