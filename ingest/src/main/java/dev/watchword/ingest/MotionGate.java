package dev.watchword.ingest;

import dev.watchword.schemas.SampleReason;
import dev.watchword.service.zones.Polygon;
import java.util.List;

/**
 * Lets the sampled frames pass in which something moves, and for a while those after them: the
 * fraction of watched pixels whose brightness differs from that about half a second before. A
 * change of nearly the whole picture is one of the light: its frame passes and is what the next
 * ones are compared with, and nothing is held. Knows stream time alone. Not thread-safe.
 */
final class MotionGate {
  /** Sampled more often, frames are compared with one that is older than the one before. */
  static final long BASELINE_MICROS = 400_000;

  /**
   * What became of a frame.
   *
   * @param reason why it passes; null when it does not
   * @param score fraction of the watched pixels that changed; null when nobody looked
   */
  record Verdict(SampleReason reason, Float score, boolean sceneChange) {
    /** Passed by its rate alone. */
    static final Verdict UNGATED = new Verdict(SampleReason.RATE, null, false);

    boolean passes() {
      return reason != null;
    }
  }

  private static final long NEVER = Long.MIN_VALUE;

  private final GateConfig config;
  private final long holdMicros;
  private final long heartbeatMicros;
  private Luma baseline;
  private long baselinePts;
  private boolean[] watched;
  private boolean[] changed;
  private int watchedPixels;
  private long motionPts = NEVER;
  private long passedPts = NEVER;
  private long stirredPts = NEVER;
  private long lastPts;

  MotionGate(GateConfig config) {
    this.config = config;
    this.holdMicros = config.hold().toNanos() / 1000;
    this.heartbeatMicros = config.heartbeat().toNanos() / 1000;
  }

  /** Judges the next sampled frame. */
  Verdict judge(Luma luma, long ptsMicros) {
    if (baseline == null || isOtherSize(luma) || ptsMicros < lastPts) {
      start(luma);
      stirredPts = ptsMicros;
      return verdict(SampleReason.HEARTBEAT, 0, false, luma, ptsMicros);
    }
    float score = watchedPixels == 0 ? 0 : (float) compare(luma) / watchedPixels;
    if (score > config.sceneChange()) {
      baselinePts = NEVER;
      stirredPts = ptsMicros;
      return verdict(SampleReason.MOTION, score, true, luma, ptsMicros);
    }
    if (score > config.area()) {
      motionPts = ptsMicros;
      stirredPts = ptsMicros;
    }
    return verdict(reason(ptsMicros), score, false, luma, ptsMicros);
  }

  /** Whether nothing, not even the light, has changed for so long that less may be looked at. */
  boolean isIdle() {
    return config.idleAfter().isPresent()
        && baseline != null
        && lastPts - stirredPts >= config.idleAfter().get().toNanos() / 1000;
  }

  private SampleReason reason(long ptsMicros) {
    if (motionPts != NEVER && ptsMicros - motionPts <= holdMicros) {
      return SampleReason.MOTION;
    }
    return ptsMicros - passedPts >= heartbeatMicros ? SampleReason.HEARTBEAT : null;
  }

  private Verdict verdict(
      SampleReason reason, float score, boolean sceneChange, Luma luma, long ptsMicros) {
    if (baselinePts == NEVER || ptsMicros - baselinePts >= BASELINE_MICROS) {
      baseline = luma;
      baselinePts = ptsMicros;
    }
    if (reason != null) {
      passedPts = ptsMicros;
    }
    lastPts = ptsMicros;
    return new Verdict(reason, score, sceneChange);
  }

  private boolean isOtherSize(Luma luma) {
    return luma.width() != baseline.width() || luma.height() != baseline.height();
  }

  private void start(Luma luma) {
    watched = watched(luma.width(), luma.height(), config.mask());
    changed = new boolean[watched.length];
    watchedPixels = 0;
    for (boolean is : watched) {
      watchedPixels += is ? 1 : 0;
    }
    motionPts = NEVER;
    baselinePts = NEVER;
  }

  private static boolean[] watched(int width, int height, List<Polygon> mask) {
    boolean[] watched = new boolean[width * height];
    for (int i = 0; i < watched.length; i++) {
      double x = (i % width + 0.5) / width;
      double y = (i / width + 0.5) / height;
      watched[i] = mask.stream().noneMatch(polygon -> polygon.contains(x, y));
    }
    return watched;
  }

  private int compare(Luma luma) {
    byte[] now = luma.levels();
    byte[] before = baseline.levels();
    int threshold = config.threshold();
    int count = 0;
    for (int i = 0; i < now.length; i++) {
      boolean is = watched[i] && Math.abs((now[i] & 0xff) - (before[i] & 0xff)) > threshold;
      changed[i] = is;
      count += is ? 1 : 0;
    }
    return count;
  }

  /** Whether each pixel, row by row, changed in the frame judged last. */
  boolean[] changed() {
    return changed.clone();
  }

  /** Whether each pixel, row by row, is outside the mask. */
  boolean[] watched() {
    return watched.clone();
  }
}
