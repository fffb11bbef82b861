package dev.watchword.inference;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Decides, when a batch is made, what is to be done with each record. */
final class Triage {
  private final List<Prompt> prompts;
  private final Duration maxAge;
  private final InstantSource clock;
  private final SeenFrames seen;

  Triage(List<Prompt> prompts, Duration maxAge, InstantSource clock, SeenFrames seen) {
    this.prompts = prompts;
    this.maxAge = maxAge;
    this.clock = clock;
    this.seen = seen;
  }

  Verdict judge(Received record) {
    return switch (record) {
      case Received.Unreadable unreadable -> Verdict.UNREADABLE;
      case Received.Frame frame -> judge(frame);
    };
  }

  private Verdict judge(Received.Frame frame) {
    if (!seen.isNew(frame.partition(), frame.frame().getId(), !frame.late())) {
      return Verdict.DUPLICATE;
    }
    if (prompts.stream().noneMatch(prompt -> prompt.isFor(frame.camera()))) {
      return Verdict.NO_PROMPT;
    }
    return !frame.late() && clock.instant().isAfter(frame.frame().getCapturedAt().plus(maxAge))
        ? Verdict.STALE
        : Verdict.INFER;
  }
}
