package dev.watchword.paligemma;

import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Greedy decoding as simple as it can be: for each token a pass over image, prompt and the answer
 * so far, nothing kept from pass to pass, all logits, and of these the largest that the grammar
 * allows.
 */
final class PlainGreedy {
  private static final int END = 1;

  private final OnnxBackend backend;
  private final Checkpoint checkpoint;
  private final Vocabulary vocabulary;
  private final PromptTokenizer tokenizer;
  private final int maxNewTokens;
  private final Map<String, List<Integer>> spellings = new HashMap<>();

  PlainGreedy(
      OnnxBackend backend,
      Checkpoint checkpoint,
      Vocabulary vocabulary,
      PromptTokenizer tokenizer,
      int maxNewTokens) {
    this.backend = backend;
    this.checkpoint = checkpoint;
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
    this.maxNewTokens = maxNewTokens;
  }

  /** The answer to each prompt about one picture, the end token included. */
  List<List<Integer>> answers(RgbImage image, List<TaskPrompt> prompts, boolean constrained)
      throws CheckpointException {
    Preprocessor preprocessor = Preprocessor.of(checkpoint);
    FloatBuffer pixels = floats(preprocessor.floats());
    preprocessor.write(image, pixels, 0);
    List<List<Integer>> answers = new ArrayList<>();
    try (Features features = backend.encode(pixels, 1, preprocessor.size())) {
      for (TaskPrompt prompt : prompts) {
        answers.add(answer(features, prompt, constrained && !(prompt instanceof TextPrompt)));
      }
    }
    return answers;
  }

  private List<Integer> answer(Features features, TaskPrompt prompt, boolean constrained) {
    int[] text = tokenizer.encode("<bos>" + prompt.text() + "\n");
    List<Integer> answer = new ArrayList<>();
    while (answer.size() < maxNewTokens && !answer.contains(END)) {
      float[] logits = logits(features, text, answer);
      answer.add(
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.comparingDouble(token -> -logits[token]))
              .filter(token -> !constrained || legal(prompt, answer, token))
              .findFirst()
              .orElseThrow());
    }
    return answer;
  }

  private float[] logits(Features features, int[] prompt, List<Integer> answer) {
    int prefix = checkpoint.config().vision().tokens() + prompt.length;
    int text = prompt.length + answer.size();
    int steps = prefix + answer.size();
    LongBuffer tokens = longs(text);
    Arrays.stream(prompt).forEach(tokens::put);
    answer.forEach(tokens::put);
    LongBuffer positions = longs(steps);
    FloatBuffer bias = floats(steps * steps);
    for (int i = 0; i < steps; i++) {
      positions.put(i + 1L);
      for (int j = 0; j < steps; j++) {
        bias.put(j < prefix || j <= i ? 0 : Float.NEGATIVE_INFINITY);
      }
    }
    int caches = 2 * checkpoint.config().text().layers();
    int heads = checkpoint.config().text().keyValueHeads();
    FloatBuffer[] added = new FloatBuffer[caches];
    Arrays.setAll(added, i -> floats(heads * steps * checkpoint.config().text().headSize()));
    FloatBuffer[] nothing = new FloatBuffer[caches];
    Arrays.setAll(nothing, i -> floats(0));
    FloatBuffer hidden = floats(backend.hidden());
    LongBuffer last = longs(1).put(0, steps - 1L);
    backend.forward(
        Optional.of(features),
        new Step(
            1,
            text,
            steps,
            0,
            1,
            steps,
            longs(1),
            tokens.flip(),
            positions.flip(),
            last,
            bias.flip(),
            floats(steps),
            nothing,
            added,
            hidden));
    FloatBuffer logits = floats(backend.vocabulary());
    backend.fullHead(hidden, 1, logits);
    float[] row = new float[backend.vocabulary()];
    logits.get(0, row);
    return row;
  }

  /** Whether some complete answer begins with these tokens. */
  private boolean legal(TaskPrompt prompt, List<Integer> answer, int token) {
    List<String> classes =
        switch (prompt) {
          case DetectPrompt detect -> detect.classes();
          case SegmentPrompt segment -> segment.classes();
          case TextPrompt text -> throw new IllegalArgumentException("any token is legal");
        };
    int masks = prompt instanceof SegmentPrompt ? 16 : 0;
    // Whole objects leave nothing over; what is left over must begin an object.
    List<Integer> rest = new ArrayList<>(answer);
    boolean object = false;
    while (true) {
      Optional<Integer> whole = wholeObject(rest, classes, masks);
      if (whole.isEmpty()) {
        break;
      }
      rest = rest.subList(whole.get(), rest.size());
      object = true;
    }
    if (rest.isEmpty()) {
      return vocabulary.isLocation(token) || (token == END && !object);
    }
    if (rest.size() < 4) {
      return vocabulary.isLocation(token);
    }
    if (rest.size() < 4 + masks) {
      return vocabulary.isSegment(token);
    }
    List<Integer> label = new ArrayList<>(rest.subList(4 + masks, rest.size()));
    label.add(token);
    for (String name : classes) {
      List<Integer> last = spelled(" " + name);
      last.add(END);
      List<Integer> between = spelled(" " + name + " ; ");
      if (begins(last, label) || begins(between, label)) {
        return true;
      }
    }
    return false;
  }

  /** How many tokens the object and the separator take with which {@code tokens} begin. */
  private Optional<Integer> wholeObject(List<Integer> tokens, List<String> classes, int masks) {
    if (tokens.size() < 4 + masks) {
      return Optional.empty();
    }
    List<Integer> label = tokens.subList(4 + masks, tokens.size());
    return classes.stream()
        .map(name -> spelled(" " + name + " ; "))
        .filter(between -> begins(label, between))
        .map(between -> 4 + masks + between.size())
        .findFirst();
  }

  private static boolean begins(List<Integer> whole, List<Integer> start) {
    return whole.size() >= start.size() && whole.subList(0, start.size()).equals(start);
  }

  private List<Integer> spelled(String text) {
    return new ArrayList<>(
        spellings.computeIfAbsent(
            text, any -> Arrays.stream(tokenizer.encode(any)).boxed().toList()));
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static LongBuffer longs(int count) {
    return ByteBuffer.allocateDirect(count * 8).order(ByteOrder.nativeOrder()).asLongBuffer();
  }
}
