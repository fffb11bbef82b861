package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.AnswerOptions;
import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** {@link ModelOptions} as the named texts that DJL hands to an engine, and back. */
public final class LocalOptions {
  private record Option(
      Function<ModelOptions, Object> write, BiFunction<ModelOptions, String, ModelOptions> read) {}

  private static final Map<String, Option> ALL = all();

  private LocalOptions() {}

  private static Map<String, Option> all() {
    Map<String, Option> all = new LinkedHashMap<>();
    all.put(
        "threads",
        new Option(ModelOptions::threads, (options, text) -> options.withThreads(number(text))));
    all.put(
        "max-new-tokens",
        new Option(
            ModelOptions::maxNewTokens, (options, text) -> options.withMaxNewTokens(number(text))));
    all.put("grammar", decoding(Decoding::grammar, text -> d -> d.withGrammar(flag(text))));
    all.put(
        "restricted-head",
        decoding(Decoding::restrictedHead, text -> d -> d.withRestrictedHead(flag(text))));
    all.put("jump-ahead", decoding(Decoding::jumpAhead, text -> d -> d.withJumpAhead(flag(text))));
    all.put(
        "last-layer-pruning",
        decoding(Decoding::lastLayerPruning, text -> d -> d.withLastLayerPruning(flag(text))));
    all.put("drafts", decoding(Decoding::drafts, text -> d -> d.withDrafts(flag(text))));
    all.put("slots", decoding(Decoding::slots, text -> d -> d.withSlots(number(text))));
    all.put(
        "agreement-every",
        decoding(Decoding::agreementEvery, text -> d -> d.withAgreementEvery(number(text))));
    all.put(
        "loc-scale",
        answers(AnswerOptions::locationScale, text -> a -> a.withLocationScale(number(text))));
    all.put(
        "drop-whole-frame",
        answers(AnswerOptions::dropsWholeFrame, text -> a -> a.withDropsWholeFrame(flag(text))));
    all.put(
        "mask-weights",
        answers(
            answers -> answers.maskWeights().map(Path::toString).orElse(""),
            text -> a -> text.isEmpty() ? a : a.withMaskWeights(Path.of(text))));
    all.put(
        "adapter",
        new Option(
            options -> options.adapter().map(Path::toString).orElse(""),
            (options, text) -> text.isEmpty() ? options : options.withAdapter(Path.of(text))));
    all.put(
        "precision",
        new Option(
            ModelOptions::precision,
            (options, text) -> options.withPrecision(Precision.parse(text))));
    all.put(
        "attention-softcap",
        new Option(
            ModelOptions::attentionSoftcap,
            (options, text) -> flag(text) ? options : options.withoutAttentionSoftcap()));
    return all;
  }

  private static Option answers(
      Function<AnswerOptions, Object> write, Function<String, UnaryOperator<AnswerOptions>> read) {
    return new Option(
        options -> write.apply(options.answers()),
        (options, text) -> options.withAnswers(read.apply(text).apply(options.answers())));
  }

  private static Option decoding(
      Function<Decoding, Object> write, Function<String, UnaryOperator<Decoding>> read) {
    return new Option(
        options -> write.apply(options.decoding()),
        (options, text) -> options.withDecoding(read.apply(text).apply(options.decoding())));
  }

  /** All options by name. */
  public static Map<String, String> of(ModelOptions options) {
    Map<String, String> texts = new LinkedHashMap<>();
    ALL.forEach((name, option) -> texts.put(name, String.valueOf(option.write().apply(options))));
    return texts;
  }

  /**
   * The options of which {@code texts} holds some; the others have their defaults.
   *
   * @throws IllegalArgumentException with one sentence that names the option
   */
  public static ModelOptions read(String engine, Map<String, String> texts) {
    ModelOptions options = ModelOptions.defaults();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Option option = ALL.get(text.getKey());
      if (option == null) {
        throw new IllegalArgumentException(
            "the engine %s has no option '%s'; it has %s"
                .formatted(engine, text.getKey(), String.join(", ", ALL.keySet())));
      }
      try {
        options = option.read().apply(options, text.getValue());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "option %s: %s".formatted(text.getKey(), e.getMessage()), e);
      }
    }
    return options;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number, not '" + text + "'", e);
    }
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("expected true or false, not '" + text + "'");
    };
  }
}
