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
  /** As {@link #STALL}, and no request is answered either, as of a process that is suspended. */
  FREEZE,
  /** DESCRIBE is never answered. */
  MUTE,
  /**
   * Connections are closed, old ones at once and new ones at their first request for this camera.
   */
  CLOSE,
  /** Answers and media packets are random bytes. */
  GARBAGE,
  /** RTP packets are lost, one in ten if no rate is given. */
  PACKET_LOSS,
  /** One bit of an RTP packet's payload is turned, in one packet of fifty if no rate is given. */
  BIT_FLIPS;

  /** The share of packets that the fault meets when nothing else is said. */
  double usualRate() {
    return switch (this) {
      case PACKET_LOSS -> 0.1;
      case BIT_FLIPS -> 0.02;
      case GARBAGE -> 1;
      default -> 0;
    };
  }
}
