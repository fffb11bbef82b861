package dev.watchword.sink.events;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleFunction;

/** What a perfect detector says of a scripted scene: boxes as functions of time. */
final class Film {
  static final String SESSION = "0195a0b2-0000-7000-8000-000000000001";
  static final long START = 1_770_000_000_000_000L;
  static final ModelId MODEL = new ModelId("truth", "1", "none", "exact");

  private record Role(String label, double from, double to, DoubleFunction<Box> place) {}

  private final double framesPerSecond;
  private final List<Role> roles = new ArrayList<>();
  private double jitter;

  Film(double framesPerSecond) {
    this.framesPerSecond = framesPerSecond;
  }

  /** Someone who is seen from one second to another; seen nowhere while the place is null. */
  Film with(String label, double from, double to, DoubleFunction<Box> place) {
    roles.add(new Role(label, from, to, place));
    return this;
  }

  /** Boxes are off by up to this much at each edge. */
  Film jittering(double most) {
    jitter = most;
    return this;
  }

  /** A standing figure whose foot is at that place. */
  static Box person(double x, double y) {
    return new Box((float) (x - 0.03), (float) (y - 0.25), (float) (x + 0.03), (float) y);
  }

  static Box car(double x, double y) {
    return new Box((float) (x - 0.12), (float) (y - 0.14), (float) (x + 0.12), (float) y);
  }

  /** From one place to another in the time given. */
  static double way(double from, double to, double seconds, double t) {
    return from + (to - from) * Math.min(1, Math.max(0, t / seconds));
  }

  List<Observation> frames(double seconds) {
    List<Observation> frames = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i / framesPerSecond < seconds; i++) {
      double t = i / framesPerSecond;
      List<Seen> seen = new ArrayList<>();
      for (Role role : roles) {
        Box box = t >= role.from && t < role.to ? role.place.apply(t) : null;
        if (box != null && box.centreX() > 0 && box.centreX() < 1) {
          seen.add(new Seen(role.label, shaken(box, random), 0.9f));
        }
      }
      frames.add(frame(i, t, seen));
    }
    return frames;
  }

  private Box shaken(Box box, Random random) {
    return new Box(
        (float) (box.xMin() + jitter * random.nextDouble(-1, 1.0001)),
        (float) (box.yMin() + jitter * random.nextDouble(-1, 1.0001)),
        (float) (box.xMax() + jitter * random.nextDouble(-1, 1.0001)),
        (float) (box.yMax() + jitter * random.nextDouble(-1, 1.0001)));
  }

  static Observation frame(long sequence, double seconds, List<Seen> seen) {
    return frame(SESSION, sequence, seconds, true, seen);
  }

  static Observation frame(
      String session, long sequence, double seconds, boolean inferred, List<Seen> seen) {
    return new Observation(
        new FrameId("gate", session, sequence),
        START + Math.round(seconds * 1e6),
        CaptureClock.RTCP,
        inferred,
        "0a1b2c3d",
        MODEL,
        16f / 9,
        seen);
  }

  /** The same frame, which nobody looked at. */
  static Observation skipped(Observation frame) {
    return new Observation(
        frame.id(),
        frame.atMicros(),
        frame.clock(),
        false,
        frame.promptVersion(),
        frame.model(),
        frame.aspect(),
        List.of());
  }

  static double seconds(java.time.Instant instant) {
    return (Observation.micros(instant) - START) / 1e6;
  }
}
