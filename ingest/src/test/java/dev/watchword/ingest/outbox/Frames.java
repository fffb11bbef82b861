package dev.watchword.ingest.outbox;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Random;

/** Frames whose content follows from their number. */
public final class Frames {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private Frames() {}

  public static SampledFrame frame(String camera, long sequence, int imageBytes) {
    byte[] image = new byte[imageBytes];
    new Random(sequence).nextBytes(image);
    Instant at = START.plusMillis(500 * sequence);
    return new SampledFrame(
        new FrameId(camera, "s", sequence),
        at,
        CaptureClock.ARRIVAL,
        at,
        sequence * 500_000,
        64,
        48,
        "h264",
        true,
        false,
        null,
        SampleReason.RATE,
        64,
        48,
        ByteBuffer.wrap(image),
        null,
        0,
        null);
  }
}
