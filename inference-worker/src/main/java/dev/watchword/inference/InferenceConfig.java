package dev.watchword.inference;

import dev.watchword.paligemma.AnswerOptions;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.LocalOptions;
import dev.watchword.paligemma.engine.OnnxRuntimeEngine;
import dev.watchword.service.config.Section;
import dev.watchword.service.config.Suggestion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the worker reads from the file: sections {@code prompts}, {@code model} and {@code
 * inference}.
 *
 * @param seeder whose prompts these are: this host and data directory
 * @param modelPath a checkpoint directory; empty for the embedded one
 * @param engine name of the DJL engine that runs the model
 * @param engineOptions what this engine has besides {@code model}, by the names that it gives it
 * @param remote how to reach the model when it is behind an endpoint
 * @param maxBatch frames in one call of the model
 * @param maxBatchDelay how long the first frame of a batch waits for others
 * @param maxAge frames that were captured longer ago are skipped
 * @param replayBatch frames of a replay in one call of the model, for which a live frame may have
 *     to wait
 */
public record InferenceConfig(
    List<Prompt> prompts,
    String seeder,
    Optional<Path> modelPath,
    ModelOptions model,
    String engine,
    Map<String, String> engineOptions,
    Optional<RemoteModel> remote,
    int maxBatch,
    Duration maxBatchDelay,
    Duration maxAge,
    int replayBatch) {
  private static final String TENSORRT = "TensorRT";
  private static final int DEFAULT_THREADS = 4;

  /** Twenty boxes of seven tokens and the end token. */
  private static final int DEFAULT_MAX_NEW_TOKENS = 141;

  /** Masks and sentences take more; this is as long as the smallest mix checkpoints were taught. */
  private static final int DEFAULT_MAX_NEW_TOKENS_OF_OTHERS = 256;

  public InferenceConfig {
    prompts = List.copyOf(prompts);
    engineOptions = Map.copyOf(engineOptions);
  }

  /**
   * Reads and checks the sections.
   *
   * @param seeder this host and data directory
   * @param cameraIds the cameras that prompts may name; empty when they are not known here
   */
  public static InferenceConfig from(Section root, String seeder, Set<String> cameraIds) {
    Section inference = root.section("inference");
    Section model = root.section("model");
    String engine = engine(model);
    List<Prompt> prompts = prompts(root, cameraIds);
    return new InferenceConfig(
        prompts,
        seeder,
        model.optionalText("path").map(Path::of),
        modelOptions(model, prompts, engine),
        engine,
        model.properties("engine-options"),
        RemoteModel.from(model, engine),
        inference.integer("max-batch", 8, 1, 256),
        inference.duration("max-batch-delay", Duration.ofMillis(20)),
        inference.duration("max-age", Duration.ofSeconds(5)),
        inference.integer("replay-batch", engine.equals(TENSORRT) ? 8 : 1, 1, 256));
  }

  private static String engine(Section model) {
    String engine = model.text("engine", OnnxRuntimeEngine.NAME);
    Set<String> engines = EngineModel.engines();
    if (!engines.contains(engine)) {
      throw model.wrong(
          "engine",
          "there is no engine '"
              + engine
              + "' in this build; "
              + Suggestion.nearest(engine, engines)
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("engines: " + String.join(", ", engines)));
    }
    return engine;
  }

  /**
   * Loads the model; a remote one without calling its endpoint.
   *
   * @param directory of the checkpoint; any that exists for a remote model
   */
  public EngineModel load(Path directory) throws CheckpointException {
    if (remote.isPresent()) {
      return remote.get().load(directory);
    }
    Map<String, String> options = new LinkedHashMap<>(LocalOptions.of(model));
    options.putAll(engineOptions);
    return EngineModel.load(engine, directory, options);
  }

  private static ModelOptions modelOptions(Section model, List<Prompt> prompts, String engine) {
    boolean boxesAlone =
        prompts.stream().allMatch(prompt -> prompt.asked() instanceof DetectPrompt);
    int maxNewTokens = boxesAlone ? DEFAULT_MAX_NEW_TOKENS : DEFAULT_MAX_NEW_TOKENS_OF_OTHERS;
    int cores = Runtime.getRuntime().availableProcessors();
    ModelOptions options =
        ModelOptions.defaults()
            .withThreads(model.integer("threads", Math.min(DEFAULT_THREADS, cores), 1, 1024))
            .withMaxNewTokens(model.integer("max-new-tokens", maxNewTokens, 1, 4096))
            .withDecoding(decoding(model))
            .withPrecision(precision(model, engine))
            .withAnswers(answerOptions(model));
    return model
        .optionalText("adapter")
        .map(directory -> options.withAdapter(Path.of(directory)))
        .orElse(options);
  }

  /**
   * Engines for GPUs run in the type that models are published in, the others in all the digits.
   */
  private static Precision precision(Section model, String engine) {
    Precision usual = engine.equals(TENSORRT) ? Precision.BFLOAT16 : Precision.FLOAT32;
    try {
      return Precision.parse(model.text("precision", usual.toString()));
    } catch (IllegalArgumentException e) {
      throw model.wrong("precision", e.getMessage());
    }
  }

  private static Decoding decoding(Section model) {
    return Decoding.fast()
        .withGrammar(model.flag("grammar", true))
        .withDrafts(model.flag("drafts", true))
        .withAgreementEvery(model.integer("check-every", 0, 0, 1_000_000));
  }

  private static AnswerOptions answerOptions(Section model) {
    int scale = model.integer("loc-scale", 1024, 1023, 1024);
    AnswerOptions options =
        AnswerOptions.defaults()
            .withLocationScale(scale)
            .withDropsWholeFrame(model.flag("drop-whole-frame", false));
    return model
        .optionalText("mask-weights")
        .map(file -> options.withMaskWeights(Path.of(file)))
        .orElse(options);
  }

  private static List<Prompt> prompts(Section root, Set<String> cameraIds) {
    Map<String, Section> sections = root.sections("prompts");
    if (sections.isEmpty()) {
      throw root.wrong(
          "prompts", "is missing; name at least one, such as people: {text: detect person}");
    }
    List<Prompt> prompts = new ArrayList<>();
    sections.forEach((id, section) -> prompts.add(prompt(id, section, cameraIds)));
    return prompts;
  }

  private static Prompt prompt(String id, Section section, Set<String> cameraIds) {
    Set<String> cameras = new LinkedHashSet<>(section.texts("cameras"));
    for (String camera : cameras) {
      if (!cameraIds.isEmpty() && !cameraIds.contains(camera)) {
        throw section.wrong("cameras", unknownCamera(camera, cameraIds));
      }
    }
    return new Prompt(id, asked(section), cameras, section.flag("shadow", false));
  }

  /** Free text is asked for by a key of its own, so that a slip in a task's name is no prompt. */
  private static TaskPrompt asked(Section section) {
    Optional<String> free = section.optionalText("free-text");
    if (free.isPresent()) {
      if (section.optionalText("text").isPresent()) {
        throw section.wrong("free-text", "stands beside text; a prompt has one of the two");
      }
      return new TextPrompt(free.get());
    }
    String text = section.text("text");
    try {
      return TaskPrompt.parse(text);
    } catch (IllegalArgumentException e) {
      throw section.wrong("text", e.getMessage());
    }
  }

  private static String unknownCamera(String camera, Set<String> cameraIds) {
    return "there is no camera '"
        + camera
        + "'; "
        + Suggestion.nearest(camera, cameraIds)
            .map(near -> "did you mean '" + near + "'?")
            .orElse("cameras: " + String.join(", ", cameraIds.stream().sorted().toList()));
  }
}
