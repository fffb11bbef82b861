package dev.watchword.inference;

import dev.watchword.inference.SeenFrames.Sighting;
import java.time.Duration;
import java.time.InstantSource;

/** Decides, when a batch is made, what is to be done with each record. */
final class Triage {
  private final PromptBook prompts;
  private final Duration maxAge;
  private final InstantSource clock;
  private final SeenFrames seen;

  Triage(PromptBook prompts, Duration maxAge, InstantSource clock, SeenFrames seen) {
    this.prompts = prompts;
    this.maxAge = maxAge;
    this.clock = clock;
    this.seen = seen;
  }

  /** To be called in the order of each partition. */
  Judged judge(Received record) {
    long offset = record.source().offset();
    switch (record) {
      case Received.Unreadable unreadable -> {
        seen.passed(unreadable.partition(), offset);
        return new Judged(unreadable, Verdict.UNREADABLE, 0);
      }
      case Received.Frame frame -> {
        Sighting sighting = seen.see(frame.partition(), offset, frame.frame().getId());
        Verdict verdict = sighting.isNew() ? verdict(frame) : Verdict.DUPLICATE;
        return new Judged(frame, verdict, sighting.expired());
      }
    }
  }

  private Verdict verdict(Received.Frame frame) {
    if (prompts.of(frame.frame()).isEmpty()) {
      return Verdict.NO_PROMPT;
    }
    return !frame.late() && clock.instant().isAfter(frame.frame().getCapturedAt().plus(maxAge))
        ? Verdict.STALE
        : Verdict.INFER;
  }
}
