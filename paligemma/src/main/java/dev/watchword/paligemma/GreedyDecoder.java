package dev.watchword.paligemma;

import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.Row.Question;
import dev.watchword.paligemma.graph.ModelConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;

/**
 * Greedy decoding. Whatever the switches of {@link Decoding}, it gives the tokens that one pass a
 * token would give. May be used by several threads, whose rows then share their passes.
 */
final class GreedyDecoder {
  private final OnnxBackend backend;
  private final TokenChooser chooser;
  private final StepLayout layout;
  private final Heads heads;
  private final Rounds rounds;
  private final int maxNewTokens;
  private final boolean jumpAhead;
  private final Deque<Scratch> idleScratch = new ConcurrentLinkedDeque<>();

  GreedyDecoder(
      OnnxBackend backend, TokenChooser chooser, ModelConfig config, ModelOptions options) {
    Decoding decoding = options.decoding();
    ModelConfig.Text text = config.text();
    this.backend = backend;
    this.chooser = chooser;
    this.layout = new StepLayout(config);
    this.heads = new Heads(backend, chooser, decoding.restrictedHead());
    this.rounds =
        new Rounds(
            Stream.generate(
                    () -> new Slot(2 * text.layers(), text.keyValueHeads(), text.headSize()))
                .limit(decoding.slots())
                .toList(),
            rows -> pass(Optional.empty(), rows));
    this.maxNewTokens = options.maxNewTokens();
    this.jumpAhead = decoding.jumpAhead();
  }

  /** The rows in the order of the questions, their end tokens included. */
  record Decoded(List<Row> rows, Duration prefill, Duration decode) {}

  Decoded decode(Features features, List<Question> questions) {
    long start = System.nanoTime();
    List<Row> rows = new ArrayList<>();
    for (Question question : questions) {
      rows.add(new Row(question, chooser, maxNewTokens, jumpAhead));
    }
    long[] prefill = new long[1];
    rounds.complete(
        rows,
        some -> {
          long from = System.nanoTime();
          pass(Optional.of(features), some);
          prefill[0] += System.nanoTime() - from;
        },
        layout.imageTokens());
    long decode = System.nanoTime() - start - prefill[0];
    return new Decoded(rows, Duration.ofNanos(prefill[0]), Duration.ofNanos(decode));
  }

  /** The first pass of rows when there are features, else a further one. */
  private void pass(Optional<Features> features, List<Row> rows) {
    Scratch scratch = Optional.ofNullable(idleScratch.poll()).orElseGet(Scratch::new);
    try {
      Step step =
          features.isPresent() ? layout.prefill(rows, scratch) : layout.decode(rows, scratch);
      backend.forward(features, step);
      layout.keep(step, rows);
      List<Row.Choices> choices = heads.choices(step, rows, scratch);
      for (int i = 0; i < choices.size(); i++) {
        rows.get(i).take(choices.get(i));
      }
    } finally {
      idleScratch.push(scratch);
    }
  }
}
