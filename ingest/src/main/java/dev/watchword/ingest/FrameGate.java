package dev.watchword.ingest;

import dev.watchword.ingest.MotionGate.Verdict;

/** The motion gate of a camera's session; one without a gate lets every frame pass. */
final class FrameGate implements AutoCloseable {
  private final LumaScaler scaler;
  private final MotionGate gate;

  private FrameGate(LumaScaler scaler, MotionGate gate) {
    this.scaler = scaler;
    this.gate = gate;
  }

  static FrameGate of(CameraConfig camera) {
    return camera
        .gate()
        .map(config -> new FrameGate(new LumaScaler(), new MotionGate(config)))
        .orElseGet(() -> new FrameGate(null, null));
  }

  /** Judges the next sampled frame, which must be decoded. */
  Verdict judge(Frame frame) {
    if (gate == null) {
      return Verdict.UNGATED;
    }
    Luma luma;
    try {
      luma = scaler.scale(frame.picture());
    } catch (IllegalStateException e) {
      // What cannot be looked at passes: a gate must not make a camera blind.
      return Verdict.UNGATED;
    }
    return gate.judge(luma, frame.ptsMicros());
  }

  /** Whether nothing has moved for so long that key frames will do. */
  boolean isIdle() {
    return gate != null && gate.isIdle();
  }

  @Override
  public void close() {
    if (scaler != null) {
      scaler.close();
    }
  }
}
