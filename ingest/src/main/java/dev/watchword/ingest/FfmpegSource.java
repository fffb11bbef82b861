package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVProducerReferenceTime;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One session with a camera or file through FFmpeg: reads packets, decodes each, and puts times on
 * the frames. Opened, read and closed on one thread.
 *
 * <p>Recordings (files, and HTTP resources of known length) are given out at the pace of their
 * timestamps, as a camera would.
 */
final class FfmpegSource implements FrameSource {
  /** Cameras with "smart" codecs send a key frame every 10 to 20 s; decoding begins at one. */
  private static final Duration PICTURE_LIMIT = Duration.ofSeconds(30);

  private static final AVRational MICROS = av_make_q(1, 1_000_000);

  private final CameraConfig camera;
  private final Clock clock;
  private final StopSignal stop;
  private final Pause pause;
  private final PacketReader reader;
  private final Decoder decoder;
  private final CaptureTime captureTime;
  private final SizeTPointer size = new SizeTPointer(1);
  private final long startNanos = System.nanoTime();
  private long originPts = AV_NOPTS_VALUE;
  private long pictureNanos = startNanos;
  private boolean gotPicture;

  private FfmpegSource(
      CameraConfig camera,
      Clock clock,
      StopSignal stop,
      Pause pause,
      PacketReader reader,
      Decoder decoder) {
    this.camera = camera;
    this.clock = clock;
    this.stop = stop;
    this.pause = pause;
    this.reader = reader;
    this.decoder = decoder;
    this.captureTime = reader.isRecorded() ? CaptureTime.recorded(now()) : CaptureTime.live();
  }

  /** Opens cameras for real; {@code pause} paces recordings. */
  static Opener opener(Clock clock, Pause pause) {
    return (camera, stop) -> open(camera, clock, stop, pause);
  }

  private static FfmpegSource open(CameraConfig camera, Clock clock, StopSignal stop, Pause pause)
      throws SourceFailure {
    PacketReader reader = PacketReader.open(camera, stop, clock);
    try {
      Decoder decoder = new Decoder(reader.parameters(), reader.timeBase(), camera.url());
      return new FfmpegSource(camera, clock, stop, pause, reader, decoder);
    } catch (SourceFailure | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  @Override
  public Frame next() throws SourceFailure {
    while (!decoder.receive()) {
      if (decoder.hasEnded()) {
        throw gotPicture ? FfmpegErrors.ended(camera.url()) : FfmpegErrors.noPicture(camera.url());
      }
      if (System.nanoTime() - pictureNanos > PICTURE_LIMIT.toNanos()) {
        throw FfmpegErrors.noPicture(camera.url());
      }
      feed();
    }
    return decoded();
  }

  /** Reads one packet and hands it to the decoder. */
  private void feed() throws SourceFailure {
    AVPacket packet = reader.next();
    if (packet == null) {
      decoder.end();
      return;
    }
    noteTimes(packet);
    decoder.send(packet);
  }

  private void noteTimes(AVPacket packet) {
    if (packet.pts() == AV_NOPTS_VALUE) {
      return;
    }
    if (originPts == AV_NOPTS_VALUE) {
      originPts = packet.pts();
    }
    BytePointer data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, size);
    if (data != null) {
      long wallclock = new AVProducerReferenceTime(data).wallclock();
      captureTime.senderClock(wallclock, sinceOrigin(packet.pts()));
    }
  }

  private Frame decoded() {
    gotPicture = true;
    pictureNanos = System.nanoTime();
    long pts = ptsMicros();
    long arrivedMicros = reader.isRecorded() ? paced(pts) : reader.arrivedMicros();
    long capturedAt = captureTime.of(pts, arrivedMicros);
    return new Frame(
        decoder.picture(),
        pts,
        capturedAt,
        captureTime.clock(),
        arrivedMicros,
        decoder.isKeyFrame(),
        decoder.isBroken(),
        decoder.picture().width(),
        decoder.picture().height(),
        decoder.codec());
  }

  private long ptsMicros() {
    long stamp = decoder.picture().best_effort_timestamp();
    if (reader.hasMadeUpTimestamps() || stamp == AV_NOPTS_VALUE || originPts == AV_NOPTS_VALUE) {
      return (pictureNanos - startNanos) / 1000;
    }
    return sinceOrigin(stamp);
  }

  /** Waits until the frame's time has come, which is its arrival. */
  private long paced(long pts) {
    long early = startNanos + pts * 1000 - System.nanoTime();
    if (early > 0) {
      pause.await(Duration.ofNanos(early), stop);
    }
    return now();
  }

  private long sinceOrigin(long pts) {
    return av_rescale_q(pts - originPts, reader.timeBase(), MICROS);
  }

  private long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  @Override
  public boolean isFinite() {
    return reader.isRecorded();
  }

  @Override
  public void close() {
    decoder.close();
    reader.close();
    if (!size.isNull()) {
      size.close();
      Pointer.trimMemory();
    }
  }
}
