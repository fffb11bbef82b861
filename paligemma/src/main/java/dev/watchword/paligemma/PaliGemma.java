package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.StreamSupport;
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

  /** Longer prompts than the models were trained with give no sensible answer. */
  private static final int MOST_PROMPT_TOKENS = 512;

  private final ModelId id;
  private final Preprocessor preprocessor;
  private final Vocabulary vocabulary;
  private final PromptTokenizer tokenizer;
  private final int begin;
  private final OnnxBackend backend;
  private final GreedyDecoder decoder;
  private final DetectionParser parser;
  private final Optional<MaskDecoder> masks;
  private final Deque<Scratch> idleScratch = new ConcurrentLinkedDeque<>();

  private PaliGemma(Checkpoint checkpoint, ModelOptions options, PromptTokenizer tokenizer)
      throws CheckpointException {
    this.tokenizer = tokenizer;
    this.vocabulary = Vocabulary.read(tokenizerFile(checkpoint.directory()));
    this.preprocessor = Preprocessor.of(checkpoint);
    this.begin = vocabulary.id("<bos>");
    this.parser = new DetectionParser(vocabulary, options.answers());
    if (vocabulary.size() > checkpoint.vocabularySize()) {
      throw new CheckpointException(
          "%s: tokenizer.json has %d tokens but the embedding table only %d rows: they do not belong together."
              .formatted(checkpoint.directory(), vocabulary.size(), checkpoint.vocabularySize()));
    }
    int imageTokens = checkpoint.config().vision().tokens();
    int positions = imageTokens + MOST_PROMPT_TOKENS + options.maxNewTokens() + 1;
    TokenChooser chooser = new TokenChooser(vocabulary, ends(checkpoint, vocabulary));
    this.id =
        new ModelId(
            name(checkpoint.directory()),
            checkpoint.revision(),
            OnnxBackend.ENGINE,
            OnnxBackend.PRECISION);
    this.masks =
        MaskDecoder.open(
            options.answers().maskWeights(), checkpoint.directory(), options.threads());
    try {
      this.backend = OnnxBackend.load(checkpoint, positions, options.threads());
    } catch (CheckpointException | RuntimeException e) {
      masks.ifPresent(MaskDecoder::close);
      throw e;
    }
    this.decoder = new GreedyDecoder(backend, chooser, imageTokens, options.maxNewTokens());
  }

  /**
   * @param directory with {@code config.json}, {@code tokenizer.json} and {@code *.safetensors}; a
   *     snapshot of the Hugging Face cache will do
   * @throws CheckpointException with one sentence that names the file or tensor
   */
  public static PaliGemma load(Path directory, ModelOptions options) throws CheckpointException {
    long start = System.nanoTime();
    Checkpoint checkpoint = Checkpoint.open(directory);
    Path tokenizerFile = tokenizerFile(directory);
    Vocabulary.requireFile(tokenizerFile);
    PromptTokenizer tokenizer = PromptTokenizer.open(tokenizerFile);
    try {
      PaliGemma model = new PaliGemma(checkpoint, options, tokenizer);
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

  private static Path tokenizerFile(Path directory) {
    return directory.resolve("tokenizer.json");
  }

  /** A snapshot in the Hugging Face cache is named by a hash; its repository's name says more. */
  private static String name(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent != null && parent.endsWith("snapshots") && parent.getParent() != null) {
      String repository = parent.getParent().getFileName().toString();
      if (repository.startsWith("models--")) {
        return repository.substring("models--".length()).replace("--", "/");
      }
    }
    return absolute.getFileName() == null ? absolute.toString() : absolute.getFileName().toString();
  }

  /** The end tokens, from where transformers takes them first. */
  private static int[] ends(Checkpoint checkpoint, Vocabulary vocabulary)
      throws CheckpointException {
    for (String file : List.of("generation_config.json", "config.json")) {
      Optional<JsonNode> config = checkpoint.json(file);
      if (config.isPresent() && config.get().hasNonNull("eos_token_id")) {
        return ends(config.get().get("eos_token_id"), vocabulary, checkpoint.directory());
      }
    }
    return new int[] {vocabulary.id("<eos>")};
  }

  private static int[] ends(JsonNode oneOrMore, Vocabulary vocabulary, Path directory)
      throws CheckpointException {
    int[] ends =
        oneOrMore.isArray()
            ? StreamSupport.stream(oneOrMore.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray()
            : new int[] {oneOrMore.asInt()};
    for (int end : ends) {
      if (end < 0 || end >= vocabulary.size()) {
        throw new CheckpointException(
            "%s: eos_token_id %d is none of the %d tokens in tokenizer.json."
                .formatted(directory, end, vocabulary.size()));
      }
    }
    return ends;
  }

  public ModelId id() {
    return id;
  }

  /** Whether segments come with masks; without mask weights they have codes alone. */
  public boolean drawsMasks() {
    return masks.isPresent();
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
    int[][] prompts = new int[requests.size()][];
    for (int i = 0; i < prompts.length; i++) {
      prompts[i] = promptTokens(requests.get(i).prompt());
    }
    Scratch scratch = Optional.ofNullable(idleScratch.poll()).orElseGet(Scratch::new);
    try {
      return generate(requests, prompts, scratch);
    } finally {
      idleScratch.push(scratch);
    }
  }

  private List<Generation> generate(List<Request> requests, int[][] prompts, Scratch scratch) {
    IdentityHashMap<RgbImage, Integer> frames = new IdentityHashMap<>();
    List<RgbImage> images = new ArrayList<>();
    int[] frameOfRow = new int[prompts.length];
    for (int i = 0; i < prompts.length; i++) {
      RgbImage image = requests.get(i).image();
      Integer known = frames.putIfAbsent(image, images.size());
      frameOfRow[i] = known == null ? images.size() : known;
      if (known == null) {
        images.add(image);
      }
    }
    long start = System.nanoTime();
    FloatBuffer pixels = pixels(images, scratch);
    long preprocessed = System.nanoTime();
    try (Features features = backend.encode(pixels, images.size(), preprocessor.size())) {
      long encoded = System.nanoTime();
      GreedyDecoder.Decoded decoded = decoder.decode(features, frameOfRow, prompts, scratch);
      Timings timings =
          new Timings(
              Duration.ofNanos(preprocessed - start),
              Duration.ofNanos(encoded - preprocessed),
              decoded.prefill(),
              decoded.decode());
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < prompts.length; i++) {
        generations.add(generation(requests.get(i), decoded.answers().get(i), timings));
      }
      return generations;
    }
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

  /** The begin token, the prompt and a line feed; the image's tokens come before them. */
  private int[] promptTokens(TaskPrompt prompt) {
    int[] text = tokenizer.encode(prompt.text() + "\n");
    if (text.length >= MOST_PROMPT_TOKENS) {
      throw new IllegalArgumentException(
          "prompt '%.60s...' has %d tokens, more than the %d that the model can take: write a shorter one"
              .formatted(prompt.text(), text.length, MOST_PROMPT_TOKENS - 1));
    }
    int[] tokens = new int[text.length + 1];
    tokens[0] = begin;
    System.arraycopy(text, 0, tokens, 1, text.length);
    return tokens;
  }

  private Generation generation(Request request, List<EmittedToken> answer, Timings timings) {
    List<Integer> ids = answer.stream().map(EmittedToken::id).toList();
    List<Detection> detections =
        switch (request.prompt()) {
          case DetectPrompt detect -> parser.parse(detect.classes(), answer);
          case SegmentPrompt segment -> parser.parse(segment.classes(), answer);
          case TextPrompt text -> List.of();
        };
    String text = vocabulary.text(ids.stream().mapToInt(Integer::intValue).toArray());
    List<Detection> drawn = masks.map(decoder -> decoder.draw(detections)).orElse(detections);
    return new Generation(text, drawn, ids, timings);
  }

  @Override
  public void close() {
    backend.close();
    masks.ifPresent(MaskDecoder::close);
    tokenizer.close();
  }
}
