package dev.watchword.simulator;

/** What a simulated camera does wrong. */
public enum Fault {
  /** Nothing. */
  NONE,
  /**
   * Connections stay open and requests are answered, but no frame is sent; time goes on, and
   * afterwards it resumes with a key frame.
   */
  STALL,
  /** DESCRIBE is never answered. */
  MUTE,
  /**
   * Connections are closed, old ones at once and new ones at their first request for this camera.
   */
  CLOSE,
  /** One RTP packet in ten is lost. */
  PACKET_LOSS
}
