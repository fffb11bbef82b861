package dev.watchword.paligemma;

import dev.watchword.paligemma.Row.Question;
import dev.watchword.paligemma.engine.Activity;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanShapes;
import dev.watchword.paligemma.plan.PlanLoader;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PaliGemma model, loaded from a Hugging Face checkpoint directory as it is: pictures and prompts
 * in, text and boxes out, token for token what the reference implementation's greedy {@code
 * generate} gives. PaliGemma 1 and 2, any size, weights in F32, F16 or BF16.
 *
 * <p>{@link #generate} may be called by several threads; {@link #close} only after the last of them
 * has returned.
 */
public final class PaliGemma implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PaliGemma.class);

  private final ModelId id;
  private final Preprocessor preprocessor;
  private final Vocabulary vocabulary;
  private final PromptTokenizer tokenizer;
  private final PromptCompiler compiler;
  private final Decoding decoding;
  private final RowRunner runner;
  private final GreedyDecoder decoder;
  private final DetectionParser parser;
  private final AtomicLong pictures = new AtomicLong();
  private final Optional<MaskDecoder> masks;
  private final Deque<Scratch> idleScratch = new ConcurrentLinkedDeque<>();

  private PaliGemma(
      Checkpoint checkpoint, ModelOptions options, PromptTokenizer tokenizer, Runners runners)
      throws CheckpointException {
    this.tokenizer = tokenizer;
    this.vocabulary = Vocabulary.read(tokenizerFile(checkpoint.directory()));
    this.preprocessor = Preprocessor.of(checkpoint);
    this.parser = new DetectionParser(vocabulary, options.answers());
    if (vocabulary.size() > checkpoint.vocabularySize()) {
      throw new CheckpointException(
          "%s: tokenizer.json has %d tokens but the embedding table only %d rows: they do not belong together."
              .formatted(checkpoint.directory(), vocabulary.size(), checkpoint.vocabularySize()));
    }
    TokenChooser chooser = new TokenChooser(vocabulary, EndTokens.of(checkpoint, vocabulary));
    this.id =
        new ModelId(
            ModelId.checkpointName(checkpoint.directory()),
            checkpoint.revision(),
            runners.engine(),
            options.precision().toString());
    this.decoding = options.decoding();
    this.masks =
        MaskDecoder.open(
            options.answers().maskWeights(), checkpoint.directory(), options.threads());
    try {
      this.runner = runners.opening().open(checkpoint, chooser, options);
    } catch (CheckpointException | RuntimeException e) {
      masks.ifPresent(MaskDecoder::close);
      throw e;
    }
    int mostTokens = runner.mostPromptTokens();
    this.compiler = new PromptCompiler(tokenizer, chooser, checkpoint, decoding, mostTokens);
    this.decoder = new GreedyDecoder(runner, chooser, options);
  }

  /**
   * @param directory with {@code config.json}, {@code tokenizer.json} and {@code *.safetensors}; a
   *     snapshot of the Hugging Face cache will do
   * @throws CheckpointException with one sentence that names the file or tensor
   */
  public static PaliGemma load(Path directory, ModelOptions options) throws CheckpointException {
    return load(directory, options, Runners.onnxRuntime());
  }

  /**
   * The same on an engine that compiles the model.
   *
   * @param shapes what its plans are made for
   * @throws CheckpointException also with what is missing on this machine
   */
  public static PaliGemma load(
      Path directory, ModelOptions options, PlanShapes shapes, PlanLoader loader)
      throws CheckpointException {
    return load(directory, options, Runners.of(shapes, loader));
  }

  /**
   * What an engine that compiles would load, for who only compiles.
   *
   * @throws CheckpointException with one sentence that names the file or tensor
   */
  public static PlanGraphs plans(Path directory, ModelOptions options, PlanShapes shapes)
      throws CheckpointException {
    Checkpoint checkpoint = open(directory, options);
    Vocabulary vocabulary = Vocabulary.read(tokenizerFile(directory));
    TokenChooser chooser = new TokenChooser(vocabulary, EndTokens.of(checkpoint, vocabulary));
    return Runners.plans(checkpoint, chooser, options, shapes);
  }

  private static PaliGemma load(Path directory, ModelOptions options, Runners runners)
      throws CheckpointException {
    long start = System.nanoTime();
    Checkpoint checkpoint = open(directory, options);
    Path tokenizerFile = tokenizerFile(directory);
    Vocabulary.requireFile(tokenizerFile);
    PromptTokenizer tokenizer = PromptTokenizer.open(tokenizerFile);
    try {
      PaliGemma model = new PaliGemma(checkpoint, options, tokenizer, runners);
      LOG.atInfo()
          .addKeyValue("checkpoint", model.id.checkpoint())
          .addKeyValue("revision", model.id.revision())
          .addKeyValue("engine", model.id.engine())
          .addKeyValue("masks", model.drawsMasks())
          .addKeyValue("seconds", (System.nanoTime() - start) / 1e9)
          .log("model loaded");
      return model;
    } catch (CheckpointException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static Checkpoint open(Path directory, ModelOptions options) throws CheckpointException {
    Checkpoint checkpoint = Checkpoint.open(directory);
    if (options.adapter().isPresent()) {
      checkpoint = checkpoint.withAdapter(options.adapter().get());
    }
    return options.attentionSoftcap() ? checkpoint : checkpoint.withoutAttentionSoftcap();
  }

  private static Path tokenizerFile(Path directory) {
    return directory.resolve("tokenizer.json");
  }

  public ModelId id() {
    return id;
  }

  /** Whether segments come with masks; without mask weights they have codes alone. */
  public boolean drawsMasks() {
    return masks.isPresent();
  }

  /** How many callers of {@link #generate} get more done than one. */
  public int lanes() {
    return runner.lanes();
  }

  /** What the model has done so far. */
  public Activity activity() {
    return decoder.activity();
  }

  /** Side of the square that the model sees, in pixels. */
  public int imageSize() {
    return preprocessor.size();
  }

  /**
   * Answers all requests in one batched pass, in their order. Requests with the same {@link
   * RgbImage} instance share its vision encode.
   *
   * @throws IllegalArgumentException when a prompt is longer than the model can take
   */
  public List<Generation> generate(List<Request> requests) {
    if (requests.isEmpty()) {
      return List.of();
    }
    List<CompiledPrompt> prompts =
        requests.stream().map(request -> compiler.compile(request.prompt())).toList();
    Scratch scratch = Optional.ofNullable(idleScratch.poll()).orElseGet(Scratch::new);
    try {
      return generate(requests, prompts, scratch);
    } finally {
      idleScratch.push(scratch);
    }
  }

  private List<Generation> generate(
      List<Request> requests, List<CompiledPrompt> prompts, Scratch scratch) {
    IdentityHashMap<RgbImage, Integer> frames = new IdentityHashMap<>();
    List<RgbImage> images = new ArrayList<>();
    List<Boolean> checked = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      RgbImage image = requests.get(i).image();
      if (frames.putIfAbsent(image, images.size()) == null) {
        images.add(image);
        checked.add(isSample());
      }
      int frame = frames.get(image);
      questions.add(question(requests.get(i), prompts.get(i), frame, checked.get(frame)));
    }
    long start = System.nanoTime();
    FloatBuffer pixels = pixels(images, scratch);
    long preprocessed = System.nanoTime();
    try (RowRunner.Pictures pictures = runner.encode(pixels, images.size(), preprocessor.size())) {
      long encoded = System.nanoTime();
      Duration encoding = Duration.ofNanos((encoded - preprocessed) / requests.size());
      GreedyDecoder.Decoded decoded = decoder.decode(pictures, questions);
      Timings timings =
          new Timings(
              Duration.ofNanos(preprocessed - start),
              Duration.ofNanos(encoded - preprocessed),
              decoded.prefill(),
              decoded.decode());
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < requests.size(); i++) {
        generations.add(generation(requests.get(i), decoded.rows().get(i), timings, encoding));
      }
      return generations;
    }
  }

  /** Whether the next picture is one of those that are checked against free decoding. */
  private boolean isSample() {
    int every = decoding.agreementEvery();
    return every > 0 && pictures.getAndIncrement() % every == 0;
  }

  private Question question(Request request, CompiledPrompt prompt, int frame, boolean checked) {
    runner.require(prompt);
    boolean constrained = decoding.grammar() && prompt.grammar().isPresent();
    List<Integer> draft = decoding.drafts() ? request.draft() : List.of();
    for (int token : draft) {
      if (token < 0 || token >= runner.vocabulary()) {
        throw new IllegalArgumentException(
            "draft token %d is none of the model's %d".formatted(token, runner.vocabulary()));
      }
    }
    return new Question(frame, prompt, constrained, checked && constrained, draft);
  }

  private FloatBuffer pixels(List<RgbImage> images, Scratch scratch) {
    int frame = preprocessor.floats();
    FloatBuffer pixels =
        scratch.floats(Scratch.Use.PIXELS, Math.multiplyExact(images.size(), frame));
    for (int i = 0; i < images.size(); i++) {
      preprocessor.write(images.get(i), pixels, i * frame);
    }
    return pixels;
  }

  private Generation generation(Request request, Row decoded, Timings timings, Duration encoding) {
    List<EmittedToken> answer = decoded.tokens();
    List<Integer> ids = answer.stream().map(EmittedToken::id).toList();
    List<Detection> detections =
        switch (request.prompt()) {
          case DetectPrompt detect -> parser.parse(detect.classes(), answer);
          case SegmentPrompt segment -> parser.parse(segment.classes(), answer);
          case TextPrompt text -> List.of();
        };
    String text = vocabulary.text(ids.stream().mapToInt(Integer::intValue).toArray());
    List<Detection> drawn = masks.map(decoder -> decoder.draw(detections)).orElse(detections);
    return new Generation(text, drawn, ids, decoded.effort().after(encoding), timings);
  }

  @Override
  public void close() {
    runner.close();
    masks.ifPresent(MaskDecoder::close);
    tokenizer.close();
  }
}
