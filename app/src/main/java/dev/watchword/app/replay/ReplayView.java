package dev.watchword.app.replay;

import dev.watchword.schemas.Replay;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells a person how far a replay is: on a terminal in one line that changes, else in a line every
 * few seconds. Used by one thread.
 */
public final class ReplayView {
  private static final Duration BAR_EVERY = Duration.ofMillis(200);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String TO_LINE_END = "\u001b[K";

  private final PrintStream out;
  private final boolean terminal;
  private Progress progress;
  private Duration shown = Duration.ZERO;
  private Duration moved = Duration.ZERO;
  private long answered = -1;
  private boolean hinted;
  private boolean isAway;

  /**
   * @param terminal whether lines can be written over
   */
  public ReplayView(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void begin(Replay replay, List<Source> sources, ReplayRun run) {
    isAway = false;
    progress = new Progress(expected(sources, replay), Progress.done(run.replay()));
    shown = Duration.ZERO;
    moved = Duration.ZERO;
  }

  private static OptionalLong expected(List<Source> sources, Replay replay) {
    double seconds = 0;
    for (Source source : sources) {
      Optional<Duration> wanted = source.wanted();
      if (wanted.isEmpty()) {
        return OptionalLong.empty();
      }
      seconds += wanted.get().toNanos() / 1e9;
    }
    return OptionalLong.of(
        Math.max(1, Math.round(seconds * replay.getRequest().getSamplesPerSecond())));
  }

  void show(Replay replay, Duration elapsed) {
    hint(replay, elapsed);
    if (elapsed.minus(shown).compareTo(terminal ? BAR_EVERY : LINE_EVERY) < 0) {
      return;
    }
    shown = elapsed;
    if (terminal) {
      out.print("\r" + progress.bar(replay, elapsed) + TO_LINE_END);
      out.flush();
    } else {
      out.println(progress.text(replay, elapsed));
    }
  }

  private void hint(Replay replay, Duration elapsed) {
    if (replay.getAnswered() != answered || replay.getAnswered() == replay.getAsked()) {
      answered = replay.getAnswered();
      moved = elapsed;
    } else if (!hinted && elapsed.minus(moved).compareTo(PATIENCE) > 0) {
      hinted = true;
      note(
          "no answer for "
              + PATIENCE.toSeconds()
              + " s: either live frames take all of the model, or no inference worker runs"
              + " ('watchword up' or 'watchword infer' starts one); waiting");
    }
  }

  void away(String sentence) {
    if (!isAway) {
      isAway = true;
      note("Kafka is away, waiting for it: " + sentence);
    }
  }

  /** A line that stays. */
  public void note(String line) {
    out.println((terminal ? "\r" + TO_LINE_END : "") + line);
  }

  /** Nothing more is shown. */
  public void end() {
    if (terminal) {
      out.print("\r" + TO_LINE_END);
      out.flush();
    }
  }
}
