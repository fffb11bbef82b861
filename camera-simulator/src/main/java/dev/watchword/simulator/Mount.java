package dev.watchword.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One camera of the server. Thread-safe. */
final class Mount {
  private final String name;
  private final Path clip;
  private final RtspCredentials credentials;
  private final double pace;
  private final String description;
  private final AtomicLong framesSent = new AtomicLong();
  private final AtomicInteger watching = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;

  Mount(String name, Path clip, RtspCredentials credentials, double pace) throws IOException {
    this.name = name;
    this.clip = clip;
    this.credentials = credentials;
    this.pace = pace;
    // The description depends on the clip alone, so it is made once; this also refuses a clip that
    // cannot be served.
    try (ClipReader reader = new ClipReader(clip);
        RtpPacketizer packetizer =
            new RtpPacketizer(reader.parameters(), reader.timeBase(), false, PacketSink.NOWHERE)) {
      description = packetizer.sessionDescription();
    }
  }

  String name() {
    return name;
  }

  Path clip() {
    return clip;
  }

  Optional<RtspCredentials> credentials() {
    return Optional.ofNullable(credentials);
  }

  /** Clip seconds per second. */
  double pace() {
    return pace;
  }

  String description() {
    return description;
  }

  Fault fault() {
    return fault;
  }

  void fault(Fault value) {
    fault = value;
  }

  AtomicLong framesSent() {
    return framesSent;
  }

  AtomicInteger watching() {
    return watching;
  }
}
