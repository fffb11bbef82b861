package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVProducerReferenceTime;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One session with a camera or file through FFmpeg: reads packets, decodes those that are wanted,
 * and puts times on the frames. Opened, read and closed on one thread.
 *
 * <p>Recordings (files, and HTTP resources of known length) are given out at the pace of their
 * timestamps, as a camera would.
 */
final class FfmpegSource implements FrameSource {
  /** Cameras with "smart" codecs send a key frame every 10 to 20 s; decoding begins at one. */
  private static final Duration FIRST_PICTURE_LIMIT = Duration.ofSeconds(30);

  /** More than the longest reordering of H.264 and H.265, 16 frames. */
  private static final int MOST_IN_DECODER = 32;

  private static final AVRational MICROS = av_make_q(1, 1_000_000);

  private final CameraConfig camera;
  private final Clock clock;
  private final StopSignal stop;
  private final Pause pause;
  private final PacketReader reader;
  private final Decoder decoder;
  private final CaptureTime captureTime;
  private final List<PacketTap> taps = new ArrayList<>();
  private final SizeTPointer size = new SizeTPointer(1);
  private final long startNanos = System.nanoTime();
  private DecodePlan plan;
  private Sampler sampler;
  private CameraMetrics metrics;
  private boolean pictureReady;
  private int width;
  private int height;
  private long originPts = AV_NOPTS_VALUE;
  private long pictureNanos = startNanos;
  private boolean gotPicture;
  private int sentSincePicture;
  private SourceFailure ending;
  private long againPts = AV_NOPTS_VALUE;
  private long toldBefore = AV_NOPTS_VALUE;

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
    this.plan = plan(DecodeMode.EAGER, new Sampler(camera.samplesPerSecond()), () -> {});
  }

  /** Opens cameras for real; {@code pause} paces recordings. */
  static Opener opener(Clock clock, Pause pause) {
    HardwareDevices devices = new HardwareDevices();
    return (camera, stop) -> open(camera, clock, stop, pause, devices);
  }

  private static FfmpegSource open(
      CameraConfig camera, Clock clock, StopSignal stop, Pause pause, HardwareDevices devices)
      throws SourceFailure {
    PacketReader reader = PacketReader.open(camera, stop, clock);
    try {
      Decoder decoder = new Decoder(reader.parameters(), camera.url(), camera.hardware(), devices);
      return new FfmpegSource(camera, clock, stop, pause, reader, decoder);
    } catch (SourceFailure | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private DecodePlan plan(DecodeMode mode, Sampler sampler, Runnable overflowed) {
    return new DecodePlan(mode, sampler, new KeyFrames(reader.parameters()), overflowed);
  }

  @Override
  public void sampledBy(Sampler sampler, CameraMetrics metrics) {
    this.metrics = metrics;
    this.sampler = sampler;
    plan = plan(camera.decode(), sampler, metrics::decodeOverflow);
  }

  @Override
  public void idle(boolean now) {
    if (!decoder.isTimed()) {
      return;
    }
    if (now && !plan.isIdle()) {
      decoder.drain();
    }
    long again = plan.idle(now);
    againPts = again == Long.MIN_VALUE ? againPts : again;
    if (metrics != null) {
      metrics.idle(plan.isIdle());
    }
  }

  @Override
  public void tappedBy(PacketTap tap, String session) {
    tap.opened(session, reader.parameters(), reader.timeBase());
    taps.add(tap);
  }

  @Override
  public Frame next() throws SourceFailure {
    while (true) {
      pictureReady = pictureReady || decoder.receive();
      if (pictureReady && decoder.isTimed() && decoder.ptsMicros() == againPts) {
        // It was given out before.
        againPts = AV_NOPTS_VALUE;
        pictureReady = false;
        continue;
      }
      if (isPassedNext()) {
        return passed(plan.passed());
      }
      if (pictureReady) {
        pictureReady = false;
        return decoded();
      }
      if (decoder.hasEnded()) {
        if (ending != null) {
          throw ending;
        }
        throw gotPicture ? FfmpegErrors.ended(camera.url()) : FfmpegErrors.noPicture(camera.url());
      }
      if (isUndecodable()) {
        throw FfmpegErrors.noPicture(camera.url());
      }
      feed();
    }
  }

  /**
   * Whether frames have gone into the decoder for too long without a picture, as when a camera goes
   * over to another codec without a word.
   */
  private boolean isUndecodable() {
    Duration limit = gotPicture ? camera.readTimeout() : FIRST_PICTURE_LIMIT;
    return sentSincePicture > MOST_IN_DECODER && System.nanoTime() - pictureNanos > limit.toNanos();
  }

  /** Whether an undecoded frame comes before all that the decoder gives or still has. */
  private boolean isPassedNext() {
    CodedFrame passed = plan.firstPassed();
    if (passed == null) {
      return false;
    }
    return pictureReady
        ? decoder.isTimed() && passed.ptsMicros() < decoder.ptsMicros()
        : !decoder.holdsBefore(passed.ptsMicros());
  }

  /** Hands one frame to the decoder, reading on when none is due. */
  private void feed() throws SourceFailure {
    CodedFrame first = plan.firstDue();
    if (first != null && decoder.mustDrainBefore(first)) {
      decoder.drain();
      return;
    }
    CodedFrame frame = plan.due();
    if (frame != null) {
      decoder.send(frame);
      sentSincePicture++;
      if (plan.decodesKeyFramesAlone()) {
        decoder.drain();
      }
      return;
    }
    AVPacket packet = read();
    if (packet == null) {
      plan.end();
      decoder.end();
      return;
    }
    if (originPts == AV_NOPTS_VALUE && packet.pts() == AV_NOPTS_VALUE && camera.url().isRtsp()) {
      // FFmpeg counts RTP's time from the first packet, but may leave it out of the first frame.
      packet.pts(0);
    }
    noteTimes(packet);
    long pts = streamTime(packet);
    if (!taps.isEmpty() && pts != AV_NOPTS_VALUE) {
      long capturedAt = captureTime.peek(pts, reader.arrivedMicros());
      taps.forEach(tap -> tap.packet(packet, capturedAt));
    }
    plan.add(coded(packet, pts), pending());
  }

  /**
   * The next packet; null when there will be none. What the decoder still holds when a stream
   * stalls or breaks is given out before that is told: nothing else would ever push it out.
   */
  private AVPacket read() throws SourceFailure {
    try {
      return reader.next();
    } catch (SourceFailure failure) {
      if (stop.isSet()) {
        throw failure;
      }
      ending = failure;
      return null;
    }
  }

  private long streamTime(AVPacket packet) {
    return reader.hasMadeUpTimestamps()
        ? (System.nanoTime() - startNanos) / 1000
        : sinceOrigin(packet.pts() == AV_NOPTS_VALUE ? packet.dts() : packet.pts());
  }

  private CodedFrame coded(AVPacket packet, long pts) {
    boolean timed = packet.pts() != AV_NOPTS_VALUE;
    AVPacket own = av_packet_alloc();
    av_packet_move_ref(own, packet);
    boolean key = (own.flags() & AV_PKT_FLAG_KEY) != 0;
    return new CodedFrame(own, timed, pts, reader.arrivedMicros(), key);
  }

  private NavigableSet<Long> pending() {
    NavigableSet<Long> times = decoder.pending();
    plan.addPassed(times);
    return times;
  }

  private void noteTimes(AVPacket packet) {
    if (packet.pts() == AV_NOPTS_VALUE) {
      return;
    }
    if (originPts == AV_NOPTS_VALUE) {
      originPts = packet.pts();
    }
    BytePointer data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, size);
    long told = data == null ? AV_NOPTS_VALUE : new AVProducerReferenceTime(data).wallclock();
    long wallclock = reader.tellsTimesOfTheNextFrame() ? toldBefore : told;
    toldBefore = told;
    if (wallclock != AV_NOPTS_VALUE) {
      captureTime.senderClock(wallclock, sinceOrigin(packet.pts()));
    }
  }

  private Frame decoded() {
    gotPicture = true;
    sentSincePicture = 0;
    pictureNanos = System.nanoTime();
    if (metrics != null) {
      metrics.decoded();
    }
    width = decoder.width();
    height = decoder.height();
    long pts = decoder.isTimed() ? decoder.ptsMicros() : (pictureNanos - startNanos) / 1000;
    AVFrame picture = isWanted(pts) ? decoder.picture() : null;
    return frame(picture, pts, decoder.arrivedMicros(), decoder.isKeyFrame(), decoder.isBroken());
  }

  /** Pictures that nobody will look at stay on the device. */
  private boolean isWanted(long pts) {
    return sampler == null
        || !decoder.isOnDevice()
        || sampler.keepsAny(new TreeSet<>(List.of(pts)), pts);
  }

  private Frame passed(CodedFrame coded) {
    av_packet_free(coded.packet());
    if (plan.isIdle() && metrics != null) {
      metrics.leftOutIdle();
    }
    return frame(null, coded.ptsMicros(), coded.arrivedMicros(), coded.key(), false);
  }

  private Frame frame(AVFrame picture, long pts, long arrived, boolean key, boolean broken) {
    long arrivedMicros = reader.isRecorded() ? paced(pts) : arrived;
    long capturedAt = captureTime.of(pts, arrivedMicros);
    return new Frame(
        picture,
        pts,
        capturedAt,
        captureTime.quality(),
        captureTime.epoch(),
        arrivedMicros,
        key,
        broken,
        width,
        height,
        decoder.codec());
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
    return pts == AV_NOPTS_VALUE || originPts == AV_NOPTS_VALUE
        ? AV_NOPTS_VALUE
        : av_rescale_q(pts - originPts, reader.timeBase(), MICROS);
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
    taps.forEach(PacketTap::closed);
    taps.clear();
    plan.close();
    decoder.close();
    reader.close();
    if (!size.isNull()) {
      size.close();
      Pointer.trimMemory();
    }
  }
}
