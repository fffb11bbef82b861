package dev.watchword.paligemma.engine;

import ai.djl.MalformedModelException;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;

/**
 * A model reached by the name of an engine and a directory, through DJL's {@code Criteria}, {@code
 * ZooModel} and {@code Predictor}. A predictor is used by one thread, so there are as many as there
 * have been callers at the same time.
 *
 * <pre>{@code
 * try (EngineModel model = EngineModel.load("OnnxRuntime", directory, Map.of("threads", "4"))) {
 *   List<Answer> answers = model.generate(List.of(new Request(image, DetectPrompt.parse("detect car"))));
 * }
 * }</pre>
 */
public final class EngineModel implements Generator {
  /** Property: side of the square that the model sees, in pixels. */
  public static final String IMAGE_SIZE = "imageSize";

  /** Property: {@code true} when answers to {@code segment} have masks. */
  public static final String DRAWS_MASKS = "drawsMasks";

  /** Property: {@link Generator#lanes}. */
  public static final String LANES = "lanes";

  private final ZooModel<Request, Answer> model;
  private final ModelId id;
  private final Deque<Predictor<Request, Answer>> idle = new ConcurrentLinkedDeque<>();

  private EngineModel(ZooModel<Request, Answer> model, ModelId id) {
    this.model = model;
    this.id = id;
  }

  /** Names of the engines on the class path that can run a model here. */
  public static Set<String> engines() {
    return ServiceLoader.load(EngineProvider.class).stream()
        .filter(provider -> GenerationEngine.class.isAssignableFrom(provider.type()))
        .map(provider -> provider.get().getEngineName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** {@link #load(String, Path, Map, Map)} without secrets. */
  public static EngineModel load(String engine, Path directory, Map<String, String> options)
      throws CheckpointException {
    return load(engine, directory, options, Map.of());
  }

  /**
   * @param engine one of {@link #engines()}
   * @param directory of the checkpoint; an engine whose model is elsewhere only wants it to exist
   * @param options of the engine, by name
   * @param secrets as options, for what must never be logged
   * @throws CheckpointException with one sentence that names what is wrong in the directory
   * @throws IllegalArgumentException for an engine or option that is not there, in one sentence
   */
  public static EngineModel load(
      String engine, Path directory, Map<String, String> options, Map<String, String> secrets)
      throws CheckpointException {
    DjlNetwork.off();
    requireOurs(engine);
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          "%s is not a directory: name the directory of a checkpoint.".formatted(directory));
    }
    ZooModel<Request, Answer> model = load(criteria(engine, directory, options));
    try {
      secrets.forEach(model::setProperty);
      return new EngineModel(model, ((DjlModel) model.getWrappedModel()).id());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void requireOurs(String name) {
    if (!engines().contains(name)) {
      throw new IllegalArgumentException(
          "there is no engine '%s'; the engines here are %s"
              .formatted(name, String.join(", ", engines())));
    }
    Engine engine = Engine.getEngine(name);
    if (!(engine instanceof DjlEngine)) {
      throw new IllegalStateException(
          "the class path has another engine named %s (%s), which cannot run a checkpoint: remove it, or load the model without DJL"
              .formatted(name, engine.getClass().getName()));
    }
  }

  private static Criteria<Request, Answer> criteria(
      String engine, Path directory, Map<String, String> options) {
    return Criteria.builder()
        .setTypes(Request.class, Answer.class)
        .optEngine(engine)
        .optModelPath(directory)
        .optOptions(options)
        .optTranslator(new GenerationTranslator())
        .build();
  }

  /** Takes DJL's wrapping off what an engine says. */
  private static ZooModel<Request, Answer> load(Criteria<Request, Answer> criteria)
      throws CheckpointException {
    try {
      return criteria.loadModel();
    } catch (MalformedModelException e) {
      if (e.getCause() instanceof CheckpointException checkpoint) {
        throw checkpoint;
      }
      throw new CheckpointException(e.getMessage(), e);
    } catch (ModelNotFoundException | IOException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  @Override
  public ModelId id() {
    return id;
  }

  /**
   * Among them {@link #LANES}, and {@link #IMAGE_SIZE} and {@link #DRAWS_MASKS} where the engine
   * knows them.
   */
  @Override
  public Map<String, String> properties() {
    return model.getProperties();
  }

  @Override
  public int lanes() {
    return Integer.parseInt(model.getProperty(LANES));
  }

  @Override
  public Optional<Activity> activity() {
    return ((DjlModel) model.getWrappedModel()).activity();
  }

  @Override
  public List<Answer> generate(List<Request> requests) throws InterruptedException {
    if (requests.isEmpty()) {
      return List.of();
    }
    Predictor<Request, Answer> predictor =
        Optional.ofNullable(idle.poll()).orElseGet(model::newPredictor);
    try {
      return predictor.batchPredict(requests);
    } catch (TranslateException e) {
      throw unwrapped(e);
    } finally {
      idle.push(predictor);
    }
  }

  private static RuntimeException unwrapped(TranslateException e) throws InterruptedException {
    Throwable cause = e.getCause();
    if (cause instanceof CancellationException && Thread.interrupted()) {
      throw new InterruptedException("stopped while the model was answering");
    }
    return cause instanceof RuntimeException bug
        ? bug
        : new IllegalStateException(e.getMessage(), e);
  }

  /** Frees the model's native memory. */
  @Override
  public void close() {
    idle.forEach(Predictor::close);
    model.close();
  }
}
