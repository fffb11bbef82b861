package dev.watchword.app;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How long the model was at work for each version of a prompt, by what it says itself. */
final class PromptCosts {
  private final Map<Version, Tally> tallies = new HashMap<>();
  private long shadowMicros;
  private long allMicros;

  private record Version(String id, String version) {}

  private static final class Tally {
    private long frames;
    private long busyMicros;
  }

  void add(FrameDetections record) {
    if (record.getOutcome() != Outcome.INFERRED) {
      return;
    }
    Tally tally =
        tallies.computeIfAbsent(
            new Version(record.getPromptId(), record.getPromptVersion()), any -> new Tally());
    tally.frames++;
    tally.busyMicros += record.getBusyMicros();
    allMicros += record.getBusyMicros();
    shadowMicros += record.getShadow() ? record.getBusyMicros() : 0;
  }

  /** Frames that it was asked about. */
  long frames(String id, String version) {
    Tally tally = tallies.get(new Version(id, version));
    return tally == null ? 0 : tally.frames;
  }

  /** Milliseconds a frame; {@code -} where it was not asked, or the engine does not tell. */
  String each(String id, String version) {
    Tally tally = tallies.get(new Version(id, version));
    return tally == null || tally.busyMicros == 0
        ? "-"
        : String.format(Locale.ROOT, "%.1f", tally.busyMicros / 1000.0 / tally.frames);
  }

  /** Which part of the model's time shadows take; empty where there are none. */
  Optional<Double> shadowShare() {
    return shadowMicros == 0 ? Optional.empty() : Optional.of((double) shadowMicros / allMicros);
  }
}
