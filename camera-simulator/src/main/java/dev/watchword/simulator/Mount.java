package dev.watchword.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;

/** One camera of the server. Thread-safe. */
final class Mount {
  /** A clip and its session description, which depends on the clip alone. */
  record Programme(Path clip, int codec, String description) {
    /** Refuses a clip that cannot be served. */
    static Programme of(Path clip) throws IOException {
      try (ClipReader reader = new ClipReader(clip)) {
        AVCodecParameters parameters = reader.parameters();
        try (RtpPacketizer packetizer =
            new RtpPacketizer(parameters, ClipReader.TIME_BASE, false, PacketSink.NOWHERE)) {
          return new Programme(clip, parameters.codec_id(), packetizer.sessionDescription());
        }
      }
    }
  }

  /**
   * What goes wrong.
   *
   * @param rate share of the media packets that it meets, where it is one that meets packets
   */
  record Trouble(Fault fault, double rate) {}

  private final String name;
  private final double pace;
  private final CameraClock clock = new CameraClock();
  private final AtomicLong framesSent = new AtomicLong();
  private final AtomicLong packetsSpoiled = new AtomicLong();
  private final AtomicInteger watching = new AtomicInteger();
  private volatile Programme programme;
  private volatile RtspCredentials credentials;
  private volatile Trouble trouble = new Trouble(Fault.NONE, 0);

  Mount(String name, Path clip, RtspCredentials credentials, double pace) throws IOException {
    this.name = name;
    this.credentials = credentials;
    this.pace = pace;
    this.programme = Programme.of(clip);
  }

  String name() {
    return name;
  }

  Programme programme() {
    return programme;
  }

  /** Present streams go over to the clip at its first frame. */
  void play(Path clip) throws IOException {
    programme = Programme.of(clip);
  }

  Optional<RtspCredentials> credentials() {
    return Optional.ofNullable(credentials);
  }

  void credentials(RtspCredentials value) {
    credentials = value;
  }

  /** Clip seconds per second. */
  double pace() {
    return pace;
  }

  CameraClock clock() {
    return clock;
  }

  Fault fault() {
    return trouble.fault();
  }

  Trouble trouble() {
    return trouble;
  }

  void trouble(Trouble value) {
    trouble = value;
  }

  /** Whether nothing is filmed to clients. */
  boolean isStalled() {
    return fault() == Fault.STALL || fault() == Fault.FREEZE;
  }

  AtomicLong framesSent() {
    return framesSent;
  }

  AtomicLong packetsSpoiled() {
    return packetsSpoiled;
  }

  AtomicInteger watching() {
    return watching;
  }
}
