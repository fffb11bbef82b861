package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * One connection to a camera or file: opens it and gives the compressed packets of its video, each
 * bounded in time. The only owner of FFmpeg's format context. Opened, read and closed on one
 * thread; all native memory is freed by {@link #close()}.
 */
final class PacketReader implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
  private static final Duration CLOSE_LIMIT_WHEN_STOPPING = Duration.ofMillis(500);

  private static final AVRational MICROS = av_make_q(1, 1_000_000);

  static {
    FfmpegLog.listen();
  }

  private final CameraConfig camera;
  private final StopSignal stop;
  private final Clock clock;
  private final Deadline deadline;
  private final AVPacket packet = av_packet_alloc();
  private AVFormatContext format;
  private AVStream video;
  private boolean recorded;
  private long arrivedMicros;
  private long gapsSeen;
  private int suspect;
  private boolean stalled;

  private PacketReader(CameraConfig camera, StopSignal stop, Clock clock) {
    this.camera = camera;
    this.stop = stop;
    this.clock = clock;
    this.deadline = new Deadline(stop);
    this.gapsSeen = FfmpegLog.gaps();
  }

  /**
   * Connects, within the camera's open timeout; {@code stop} ends it early.
   *
   * @throws SourceFailure when the camera cannot be reached or gives no video
   */
  static PacketReader open(CameraConfig camera, StopSignal stop, Clock clock) throws SourceFailure {
    PacketReader reader = new PacketReader(camera, stop, clock);
    try {
      reader.open();
      return reader;
    } catch (SourceFailure | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private void open() throws SourceFailure {
    deadline.within(camera.openTimeout());
    openFormat();
    video = videoStream();
    boolean http = camera.url().scheme().startsWith("http");
    boolean finite = video.duration() > 0 || format.duration() > 0;
    recorded = camera.url().isFile() || (http && finite);
  }

  private void openFormat() throws SourceFailure {
    AVFormatContext context = avformat_alloc_context();
    deadline.attach(context);
    AVDictionary options = new AVDictionary(null);
    try {
      FfmpegOptions.of(camera).forEach((key, value) -> av_dict_set(options, key, value, 0));
      String url = camera.url().reveal();
      AVInputFormat demuxer = null;
      if (camera.url().isFolder()) {
        url = ImageFolder.pattern(Path.of(camera.url().toString()), camera.url());
        demuxer = av_find_input_format("image2");
        av_dict_set(options, "pattern_type", "glob", 0);
        // Each picture is a sample.
        av_dict_set(options, "framerate", Double.toString(camera.samplesPerSecond()), 0);
      }
      long distrusts = FfmpegLog.distrusts();
      int code = avformat_open_input(context, url, demuxer, options);
      if (code < 0) {
        if (FfmpegLog.distrusts() != distrusts) {
          throw FfmpegErrors.untrusted(camera.url());
        }
        // A timed-out reply shows as invalid data.
        throw deadline.isOver()
            ? FfmpegErrors.openTimeout(camera.url())
            : FfmpegErrors.opening(camera.url(), code);
      }
      format = context;
      // The demuxers of playlists do not hand the options of TLS on.
      if (camera.url().isTls() && camera.tls().verifies() && isPlaylist()) {
        throw FfmpegErrors.unverifiedParts(camera.url());
      }
    } finally {
      av_dict_free(options);
    }
  }

  private boolean isPlaylist() {
    String name = format.iformat().name().getString();
    return name.equals("hls") || name.equals("dash");
  }

  /**
   * Reading ahead to learn about the stream costs seconds, so it is left out when the stream's
   * description has all that a decoder needs.
   */
  private AVStream videoStream() throws SourceFailure {
    AVStream stream = findVideo();
    if (stream == null || !isDescribed(stream.codecpar())) {
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

  private static boolean isDescribed(AVCodecParameters parameters) {
    return parameters.codec_id() == AV_CODEC_ID_MJPEG
        || (parameters.codec_id() != AV_CODEC_ID_NONE && parameters.extradata_size() > 0);
  }

  private AVStream findVideo() {
    int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    return index < 0 ? null : format.streams(index);
  }

  /**
   * Waits for the next packet of the video, at most the camera's read timeout. The packet belongs
   * to the reader and holds until the next call or close; null at the end of the stream. It is
   * flagged as corrupt when data before it or of it was lost on the way.
   *
   * @throws SourceFailure when the stream stalls or breaks; the reader can only be closed then
   */
  AVPacket next() throws SourceFailure {
    if (stalled) {
      throw FfmpegErrors.stalled(camera.url());
    }
    deadline.within(camera.readTimeout());
    do {
      av_packet_unref(packet);
      int code;
      do {
        code = av_read_frame(format, packet);
      } while (code == AVERROR_EAGAIN() && !deadline.isOver());
      // FFmpeg knows a frame's end by the next one's beginning. A read that is cut short gives the
      // frame that was there before.
      stalled = deadline.isOver();
      if (stalled && (code < 0 || stop.isSet())) {
        throw FfmpegErrors.stalled(camera.url());
      }
      if (code == AVERROR_EOF) {
        return null;
      }
      if (code < 0) {
        throw FfmpegErrors.reading(camera.url(), code);
      }
    } while (packet.stream_index() != video.index() && !stalled);
    if (packet.stream_index() != video.index()) {
      throw FfmpegErrors.stalled(camera.url());
    }
    arrivedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    markGap();
    return packet;
  }

  /**
   * Nothing on the packet itself tells that the network lost others before it or parts of it. A
   * frame is complete when the next begins, so what is missing may also be the next one's.
   */
  private void markGap() {
    long gaps = FfmpegLog.gaps();
    if (gaps != gapsSeen) {
      gapsSeen = gaps;
      suspect = 2;
    }
    if (suspect > 0) {
      suspect--;
      packet.flags(packet.flags() | AV_PKT_FLAG_CORRUPT);
    }
  }

  /** UTC microseconds at which the last packet was there. */
  long arrivedMicros() {
    return arrivedMicros;
  }

  /** What a decoder or a file needs to know about the stream; belongs to the reader. */
  AVCodecParameters parameters() {
    return video.codecpar();
  }

  /** The unit of the packets' timestamps, in seconds. */
  AVRational timeBase() {
    return video.time_base();
  }

  /** How long it says it is; zero when it does not say. */
  Duration duration() {
    long own = video.duration();
    long micros = own == AV_NOPTS_VALUE ? 0 : av_rescale_q(own, video.time_base(), MICROS);
    return Duration.ofNanos(1000 * Math.max(Math.max(0, micros), format.duration()));
  }

  /** Whether this is a recording with an end, which is read faster than it was made. */
  boolean isRecorded() {
    return recorded;
  }

  /**
   * Whether the sender's clock that comes with a packet belongs to the one after it, in decoding
   * order: FFmpeg puts frames together from what RTP brings, sees that one is complete by the first
   * piece of the next, and gives it the side data of that piece. JPEGs come in one piece.
   */
  boolean tellsTimesOfTheNextFrame() {
    return camera.url().isRtsp() && parameters().codec_id() != AV_CODEC_ID_MJPEG;
  }

  /** MJPEG over HTTP has no timestamps; FFmpeg makes them up at 25 frames a second. */
  boolean hasMadeUpTimestamps() {
    return !recorded && (format.iformat().flags() & AVFMT_NOTIMESTAMPS) != 0;
  }

  @Override
  public void close() {
    if (packet.isNull()) {
      return;
    }
    deadline.withinForClose(stop.isSet() ? CLOSE_LIMIT_WHEN_STOPPING : CLOSE_LIMIT);
    if (format != null) {
      avformat_close_input(format);
    }
    av_packet_free(packet);
    deadline.close();
  }
}
