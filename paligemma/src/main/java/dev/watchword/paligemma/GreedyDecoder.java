package dev.watchword.paligemma;

import dev.watchword.paligemma.Row.Question;
import dev.watchword.paligemma.engine.Activity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Greedy decoding. Whatever the switches of {@link Decoding}, it gives the tokens that one pass a
 * token would give. May be used by several threads, whose rows then share their passes.
 */
final class GreedyDecoder {
  private final RowRunner runner;
  private final TokenChooser chooser;
  private final Rounds rounds;
  private final int slots;
  private final LongAdder passes = new LongAdder();
  private final LongAdder rowsOfPasses = new LongAdder();
  private final int maxNewTokens;
  private final boolean jumpAhead;

  GreedyDecoder(RowRunner runner, TokenChooser chooser, ModelOptions options) {
    this.runner = runner;
    this.chooser = chooser;
    List<Slot> memory = runner.slots();
    this.slots = memory.size();
    this.rounds = new Rounds(memory, rows -> timed(runner::advance, rows));
    this.maxNewTokens = options.maxNewTokens();
    this.jumpAhead = options.decoding().jumpAhead();
  }

  /** The rows in the order of the questions, their end tokens included. */
  record Decoded(List<Row> rows, Duration prefill, Duration decode) {}

  Decoded decode(RowRunner.Pictures pictures, List<Question> questions) {
    long start = System.nanoTime();
    List<Row> rows = new ArrayList<>();
    for (Question question : questions) {
      rows.add(new Row(question, chooser, maxNewTokens, jumpAhead, runner.mostProposals()));
    }
    long[] prefill = new long[1];
    rounds.complete(
        rows,
        some -> prefill[0] += timed(begun -> runner.begin(pictures, begun), some),
        runner.imageTokens());
    long decode = System.nanoTime() - start - prefill[0];
    return new Decoded(rows, Duration.ofNanos(prefill[0]), Duration.ofNanos(decode));
  }

  Activity activity() {
    return new Activity(slots, passes.sum(), rowsOfPasses.sum(), runner.deviceBytes());
  }

  /** Runs a pass; how long that took, with the wait for others' passes. */
  private long timed(Consumer<List<Row>> pass, List<Row> rows) {
    long start = System.nanoTime();
    pass.accept(rows);
    long nanos = System.nanoTime() - start;
    passes.increment();
    rowsOfPasses.add(rows.size());
    return nanos;
  }
}
