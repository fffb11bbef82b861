package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVProducerReferenceTime;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One session with a camera or file through FFmpeg: opened, read and closed on one thread, each
 * bounded in time. Decodes every frame, with one decoder thread, so that no frame waits for the
 * ones after it. All native memory is freed by {@link #close()}.
 *
 * <p>Recordings (files, and HTTP resources of known length) are given out at the pace of their
 * timestamps, as a camera would.
 */
final class FfmpegSource implements FrameSource {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
  private static final Duration CLOSE_LIMIT_WHEN_STOPPING = Duration.ofMillis(500);

  /** Cameras with "smart" codecs send a key frame every 10 to 20 s; decoding begins at one. */
  private static final Duration PICTURE_LIMIT = Duration.ofSeconds(30);

  private static final AVRational MICROS = av_make_q(1, 1_000_000);

  static {
    // FFmpeg's own log lines hold whole URLs, passwords included.
    av_log_set_level(AV_LOG_QUIET);
  }

  private final CameraConfig camera;
  private final Clock clock;
  private final StopSignal stop;
  private final Pause pause;
  private final Deadline deadline;
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();
  private final SizeTPointer size = new SizeTPointer(1);
  private AVFormatContext format;
  private AVCodecContext decoder;
  private AVRational timeBase;
  private int video;
  private boolean recorded;
  private boolean timesByArrival;
  private CaptureTime captureTime;
  private long startNanos;
  private long originPts = AV_NOPTS_VALUE;
  private long pictureNanos;
  private long arrivedMicros;
  private boolean gotPicture;
  private boolean lost;
  private boolean draining;

  private FfmpegSource(CameraConfig camera, Clock clock, StopSignal stop, Pause pause) {
    this.camera = camera;
    this.clock = clock;
    this.stop = stop;
    this.pause = pause;
    this.deadline = new Deadline(stop);
  }

  /** Opens cameras for real; {@code pause} paces recordings. */
  static Opener opener(Clock clock, Pause pause) {
    return (camera, stop) -> open(camera, clock, stop, pause);
  }

  private static FfmpegSource open(CameraConfig camera, Clock clock, StopSignal stop, Pause pause)
      throws SourceFailure {
    FfmpegSource source = new FfmpegSource(camera, clock, stop, pause);
    try {
      source.open();
      return source;
    } catch (SourceFailure | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private void open() throws SourceFailure {
    deadline.within(camera.openTimeout());
    openFormat();
    AVStream stream = videoStream();
    video = stream.index();
    timeBase = stream.time_base();
    openDecoder(stream);
    boolean http = camera.url().scheme().startsWith("http");
    boolean finite = stream.duration() > 0 || format.duration() > 0;
    recorded = camera.url().isFile() || (http && finite);
    // MJPEG over HTTP has no timestamps; FFmpeg would make them up at 25 frames a second.
    timesByArrival = !recorded && (format.iformat().flags() & AVFMT_NOTIMESTAMPS) != 0;
    captureTime = recorded ? CaptureTime.recorded(now()) : CaptureTime.live();
    startNanos = System.nanoTime();
    pictureNanos = startNanos;
  }

  private void openFormat() throws SourceFailure {
    AVFormatContext context = avformat_alloc_context();
    deadline.attach(context);
    AVDictionary options = new AVDictionary(null);
    try {
      FfmpegOptions.of(camera).forEach((key, value) -> av_dict_set(options, key, value, 0));
      int code = avformat_open_input(context, camera.url().reveal(), null, options);
      if (code < 0) {
        // A timed-out reply shows as invalid data.
        throw deadline.isOver()
            ? FfmpegErrors.openTimeout(camera.url())
            : FfmpegErrors.opening(camera.url(), code);
      }
      format = context;
    } finally {
      av_dict_free(options);
    }
  }

  /**
   * Reading ahead to learn about the stream costs seconds, so it is left out when the stream's
   * description has all that a decoder needs.
   */
  private AVStream videoStream() throws SourceFailure {
    AVStream stream = findVideo();
    if (stream == null
        || stream.codecpar().codec_id() == AV_CODEC_ID_NONE
        || stream.codecpar().extradata_size() == 0) {
      avformat_find_stream_info(format, (AVDictionary) null);
      // It returns success even when it was cut short.
      if (deadline.isOver()) {
        throw FfmpegErrors.openTimeout(camera.url());
      }
      stream = findVideo();
    }
    if (stream == null) {
      throw FfmpegErrors.noVideo(camera.url());
    }
    return stream;
  }

  private AVStream findVideo() {
    int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    return index < 0 ? null : format.streams(index);
  }

  private void openDecoder(AVStream stream) throws SourceFailure {
    int id = stream.codecpar().codec_id();
    AVCodec codec = avcodec_find_decoder(id);
    if (codec == null) {
      throw FfmpegErrors.unsupported(camera.url(), codecName(id));
    }
    decoder = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(decoder, stream.codecpar());
    decoder.pkt_timebase(timeBase);
    decoder.thread_count(1);
    if (avcodec_open2(decoder, codec, (AVDictionary) null) < 0) {
      throw FfmpegErrors.unsupported(camera.url(), codecName(id));
    }
  }

  @Override
  public Frame next() throws SourceFailure {
    while (true) {
      int code = avcodec_receive_frame(decoder, frame);
      if (code >= 0) {
        return decoded();
      }
      if (draining) {
        throw gotPicture ? FfmpegErrors.ended(camera.url()) : FfmpegErrors.noPicture(camera.url());
      }
      if (System.nanoTime() - pictureNanos > PICTURE_LIMIT.toNanos()) {
        throw FfmpegErrors.noPicture(camera.url());
      }
      feed();
    }
  }

  /** Reads one packet and hands it to the decoder. */
  private void feed() throws SourceFailure {
    deadline.within(camera.readTimeout());
    int code;
    do {
      code = av_read_frame(format, packet);
    } while (code == AVERROR_EAGAIN() && !deadline.isOver());
    // A read that was cut short may still give the last piece that had arrived before.
    if (code >= 0 && deadline.isOver()) {
      av_packet_unref(packet);
      throw FfmpegErrors.stalled(camera.url());
    }
    if (code == AVERROR_EOF && !deadline.isOver()) {
      draining = true;
      avcodec_send_packet(decoder, null);
      return;
    }
    if (code < 0) {
      throw deadline.isOver()
          ? FfmpegErrors.stalled(camera.url())
          : FfmpegErrors.reading(camera.url(), code);
    }
    arrivedMicros = now();
    if (packet.stream_index() == video) {
      noteTimes();
      lost |= (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
      lost |= avcodec_send_packet(decoder, packet) < 0;
    }
    av_packet_unref(packet);
  }

  private void noteTimes() {
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
    if (recorded) {
      pace(pts);
    }
    boolean broken = lost || frame.decode_error_flags() != 0;
    lost = false;
    long capturedAt = captureTime.of(pts, arrivedMicros);
    return new Frame(
        frame,
        pts,
        capturedAt,
        captureTime.clock(),
        arrivedMicros,
        (frame.flags() & AVFrame.AV_FRAME_FLAG_KEY) != 0,
        broken,
        frame.width(),
        frame.height(),
        codecName(decoder.codec_id()));
  }

  private long ptsMicros() {
    long stamp = frame.best_effort_timestamp();
    if (timesByArrival || stamp == AV_NOPTS_VALUE || originPts == AV_NOPTS_VALUE) {
      return (pictureNanos - startNanos) / 1000;
    }
    return sinceOrigin(stamp);
  }

  private void pace(long pts) {
    long early = startNanos + pts * 1000 - System.nanoTime();
    if (early > 0) {
      pause.await(Duration.ofNanos(early), stop);
    }
    arrivedMicros = now();
  }

  private long sinceOrigin(long pts) {
    return av_rescale_q(pts - originPts, timeBase, MICROS);
  }

  private long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  private static String codecName(int id) {
    return avcodec_get_name(id).getString();
  }

  @Override
  public boolean isFinite() {
    return recorded;
  }

  @Override
  public void close() {
    deadline.withinForClose(stop.isSet() ? CLOSE_LIMIT_WHEN_STOPPING : CLOSE_LIMIT);
    if (decoder != null) {
      avcodec_free_context(decoder);
      decoder = null;
    }
    if (format != null) {
      avformat_close_input(format);
      format = null;
    }
    if (!frame.isNull()) {
      av_packet_free(packet);
      av_frame_free(frame);
      size.close();
      deadline.close();
      Pointer.trimMemory();
    }
  }
}
