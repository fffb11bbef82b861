package dev.watchword.ingest;

import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Makes the records of sampled frames. */
final class FrameRecords {
  private FrameRecords() {}

  /**
   * @param motion fraction of the picture that moved; null where no gate has looked
   */
  static SampledFrame of(FrameId id, Frame frame, Jpeg jpeg, SampleReason reason, Float motion) {
    return SampledFrame.newBuilder()
        .setId(id)
        .setCapturedAt(instant(frame.capturedAtMicros()))
        .setClock(frame.clock())
        .setClockErrorMicros(clockError(frame.quality()))
        .setEpoch(frame.epoch())
        .setArrivedAt(instant(frame.arrivedAtMicros()))
        .setPtsMicros(frame.ptsMicros())
        .setSourceWidth(frame.width())
        .setSourceHeight(frame.height())
        .setCodec(frame.codec())
        .setKeyFrame(frame.keyFrame())
        .setDamaged(false)
        .setMotionScore(motion)
        .setReason(reason)
        .setImageWidth(jpeg.width())
        .setImageHeight(jpeg.height())
        .setImage(ByteBuffer.wrap(jpeg.bytes()))
        .build();
  }

  private static Long clockError(ClockQuality quality) {
    return quality.errorMicros() < 0 ? null : (Long) quality.errorMicros();
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
