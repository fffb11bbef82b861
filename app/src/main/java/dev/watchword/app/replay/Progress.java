package dev.watchword.app.replay;

import dev.watchword.schemas.Replay;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How far a replay is, in words.
 *
 * @param expected how many frames the videos say that there will be
 * @param doneBefore frames that were done when this process began, whose time is not known
 */
record Progress(OptionalLong expected, double doneBefore) {
  private static final int WIDTH = 30;

  /** Frames that are done: answered, or asked nothing. */
  static double done(Replay replay) {
    double answered =
        replay.getAsked() == 0
            ? 0
            : (double) replay.getPublished() * replay.getAnswered() / replay.getAsked();
    return answered + replay.getUnasked();
  }

  /** Of what is to be done, 0 to 1; empty while nobody knows how much that is. */
  private double part(Replay replay) {
    long all = all(replay);
    return all == 0 ? 0 : Math.min(1, done(replay) / all);
  }

  private long all(Replay replay) {
    return replay.getIsRead()
        ? replay.getFrames()
        : Math.max(expected.orElse(0), replay.getFrames());
  }

  private boolean isKnown(Replay replay) {
    return replay.getIsRead() || expected.isPresent();
  }

  String bar(Replay replay, Duration elapsed) {
    int full = (int) Math.round(part(replay) * WIDTH);
    String bar = isKnown(replay) ? "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] " : "";
    return bar + text(replay, elapsed);
  }

  String text(Replay replay, Duration elapsed) {
    double done = done(replay);
    double rate = elapsed.isZero() ? 0 : (done - doneBefore) / (elapsed.toNanos() / 1e9);
    if (!isKnown(replay)) {
      return String.format(Locale.ROOT, "%.0f frames  %.1f frames/s", done, rate);
    }
    long all = all(replay);
    return String.format(
        Locale.ROOT,
        "%3.0f %%  %.0f of %d frames  %.1f frames/s  %s",
        Math.floor(100 * part(replay)),
        done,
        all,
        rate,
        rate > 0 ? "ETA " + clock((long) Math.ceil((all - done) / rate)) : "ETA unknown");
  }

  private static String clock(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
