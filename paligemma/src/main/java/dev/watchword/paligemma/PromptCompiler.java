package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.HeadGraph;
import dev.watchword.paligemma.graph.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles prompts and remembers the latest ones. May be used by several threads. */
final class PromptCompiler {
  private static final int REMEMBERED = 256;

  private final PromptTokenizer tokenizer;
  private final TokenChooser chooser;
  private final int begin;
  private final StoredTensor head;
  private final boolean restrictedHead;
  private final int mostTokens;
  private final Map<TaskPrompt, CompiledPrompt> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskPrompt, CompiledPrompt> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * @param mostTokens longer prompts are refused
   */
  PromptCompiler(
      PromptTokenizer tokenizer,
      TokenChooser chooser,
      Checkpoint checkpoint,
      Decoding decoding,
      int mostTokens)
      throws CheckpointException {
    this.tokenizer = tokenizer;
    this.chooser = chooser;
    this.begin = chooser.vocabulary().id("<bos>");
    this.head = HeadGraph.table(checkpoint);
    this.restrictedHead = decoding.grammar() && decoding.restrictedHead();
    this.mostTokens = mostTokens;
  }

  synchronized CompiledPrompt compile(TaskPrompt prompt) {
    CompiledPrompt known = compiled.get(prompt);
    if (known != null) {
      return known;
    }
    int[] tokens = tokens(prompt);
    Optional<Grammar> grammar =
        switch (prompt) {
          case DetectPrompt detect -> grammar(detect.classes(), false);
          case SegmentPrompt segment -> grammar(segment.classes(), true);
          case TextPrompt text -> Optional.empty();
        };
    float[][] rows =
        restrictedHead && grammar.isPresent()
            ? read(grammar.orElseThrow().words())
            : new float[0][];
    CompiledPrompt fresh = new CompiledPrompt(tokens, grammar, rows);
    compiled.put(prompt, fresh);
    return fresh;
  }

  private Optional<Grammar> grammar(List<String> classes, boolean segments) {
    return classes.isEmpty()
        ? Optional.empty()
        : Optional.of(Grammar.of(classes, segments, tokenizer, chooser));
  }

  private int[] tokens(TaskPrompt prompt) {
    int[] text = tokenizer.encode(prompt.text() + "\n");
    if (text.length >= mostTokens) {
      throw new IllegalArgumentException(
          "prompt '%.60s...' has %d tokens, more than the %d that the model can take: write a shorter one"
              .formatted(prompt.text(), text.length, mostTokens - 1));
    }
    int[] tokens = new int[text.length + 1];
    tokens[0] = begin;
    System.arraycopy(text, 0, tokens, 1, text.length);
    return tokens;
  }

  private float[][] read(int[] words) {
    float[][] rows = new float[words.length][];
    try {
      for (int i = 0; i < words.length; i++) {
        rows[i] = head.rows(words[i], words[i] + 1L).read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the head's weights: " + e.getMessage(), e);
    }
    return rows;
  }
}
