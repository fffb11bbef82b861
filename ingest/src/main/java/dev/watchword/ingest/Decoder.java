package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Compressed packets to pictures, with one decoder thread, so that no frame waits for the ones
 * after it. Marks the pictures in which data is missing. Used by one thread; all native memory is
 * freed by {@link #close()}.
 */
final class Decoder implements AutoCloseable {
  private final AVFrame picture = av_frame_alloc();
  private final AVFrame fetched = av_frame_alloc();
  private final AVCodecParameters parameters;
  private final CameraUrl url;
  private final Hardware hardware;
  private final HardwareDevices devices;
  private AVCodecContext context;
  private final TreeMap<Long, Long> arrivals = new TreeMap<>();
  private long arrivedMicros;
  private boolean damaged;
  private long soundFrom = Long.MIN_VALUE;
  private boolean ended;
  private boolean draining;
  private boolean drained;

  /**
   * @param parameters must live as long as the decoder
   * @param url named when the codec is not supported
   */
  Decoder(AVCodecParameters parameters, CameraUrl url) throws SourceFailure {
    this(parameters, url, Hardware.NONE, new HardwareDevices());
  }

  /**
   * @param parameters must live as long as the decoder
   * @param url named when the codec is not supported
   * @param hardware what should decode; the processor does where {@code devices} have none such
   */
  Decoder(AVCodecParameters parameters, CameraUrl url, Hardware hardware, HardwareDevices devices)
      throws SourceFailure {
    this.parameters = parameters;
    this.url = url;
    this.hardware = hardware;
    this.devices = devices;
    try {
      open();
    } catch (SourceFailure e) {
      close();
      throw e;
    }
  }

  private void open() throws SourceFailure {
    int id = parameters.codec_id();
    AVCodec codec = avcodec_find_decoder(id);
    context = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(context, parameters);
    context.pkt_timebase(av_make_q(1, 1_000_000));
    context.thread_count(1);
    if (codec != null) {
      devices.attach(context, codec, hardware);
    }
    if (codec == null || avcodec_open2(context, codec, (AVDictionary) null) < 0) {
      throw FfmpegErrors.unsupported(url, name(id));
    }
  }

  /**
   * Whether the decoder wants to be {@link #drain() drained} before it takes this frame: after
   * damage it starts afresh with a key frame. FFmpeg's H.264 decoder carries traces of concealed
   * errors even over an IDR frame, and a flush does not remove them.
   */
  boolean mustDrainBefore(CodedFrame frame) {
    return damaged && frame.key() && !drained;
  }

  /**
   * Decodes the frame and frees its packet. Call {@link #receive()} until it gives no more before
   * the next.
   */
  void send(CodedFrame frame) throws SourceFailure {
    AVPacket packet = frame.packet();
    if (damaged && frame.key()) {
      renew(frame);
    }
    if (frame.timed()) {
      packet.pts(frame.ptsMicros()).dts(AV_NOPTS_VALUE);
      arrivals.put(frame.ptsMicros(), frame.arrivedMicros());
    } else {
      packet.pts(AV_NOPTS_VALUE).dts(frame.ptsMicros());
    }
    arrivedMicros = frame.arrivedMicros();
    drained = false;
    long errors = FfmpegLog.errors();
    int code = avcodec_send_packet(context, packet);
    boolean corrupt = (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
    // Frames that are shown before the key frame refer to what was damaged.
    boolean counts = !frame.timed() || frame.ptsMicros() >= soundFrom;
    damaged |= corrupt || (counts && (code < 0 || FfmpegLog.errors() != errors));
    av_packet_free(packet);
  }

  private void renew(CodedFrame key) throws SourceFailure {
    avcodec_free_context(context);
    open();
    damaged = false;
    soundFrom = key.ptsMicros();
  }

  /**
   * Lets the decoder give out all that it holds, as no frame that follows refers to it. It takes
   * frames again when {@link #receive()} gives no more.
   */
  void drain() {
    draining = true;
    avcodec_send_packet(context, null);
  }

  /** No frame will come any more: what the decoder still holds can be received. */
  void end() {
    ended = true;
    avcodec_send_packet(context, null);
  }

  boolean hasEnded() {
    return ended;
  }

  /** Whether there is a further picture; it replaces the one before. */
  boolean receive() {
    long errors = FfmpegLog.errors();
    if (avcodec_receive_frame(context, picture) < 0) {
      if (draining || ended) {
        arrivals.clear();
      }
      if (draining) {
        draining = false;
        drained = true;
        avcodec_flush_buffers(context);
      }
      return false;
    }
    boolean counts = !isTimed() || ptsMicros() >= soundFrom;
    damaged |= counts && (picture.decode_error_flags() != 0 || FfmpegLog.errors() != errors);
    if (isTimed()) {
      arrivedMicros = arrivals.getOrDefault(ptsMicros(), arrivedMicros);
      // Frames that went before and never came out were lost in the decoder.
      arrivals.headMap(ptsMicros(), true).clear();
    }
    return true;
  }

  /** The presentation times of the frames that have gone in and not come out, in order. */
  NavigableSet<Long> pending() {
    return new TreeSet<>(arrivals.navigableKeySet());
  }

  /** Whether a frame before the given presentation time may still come out. */
  boolean holdsBefore(long ptsMicros) {
    return !arrivals.isEmpty() && arrivals.firstKey() < ptsMicros;
  }

  /** Whether the last picture has a presentation time. */
  boolean isTimed() {
    return picture.best_effort_timestamp() != AV_NOPTS_VALUE;
  }

  long ptsMicros() {
    return picture.best_effort_timestamp();
  }

  /** When the last picture's packet arrived, UTC. */
  long arrivedMicros() {
    return arrivedMicros;
  }

  /** Whether the last picture is in a device's memory, from where it is fetched at a cost. */
  boolean isOnDevice() {
    return picture.hw_frames_ctx() != null;
  }

  /** The last picture received, in memory; belongs to the decoder. */
  AVFrame picture() {
    if (!isOnDevice()) {
      return picture;
    }
    av_frame_unref(fetched);
    if (av_hwframe_transfer_data(fetched, picture, 0) < 0) {
      throw new IllegalStateException("cannot fetch a picture from the device that decoded it");
    }
    av_frame_copy_props(fetched, picture);
    return fetched;
  }

  int width() {
    return picture.width();
  }

  int height() {
    return picture.height();
  }

  /**
   * Whether the last picture may show damage. Pictures come out in another order than they are
   * decoded in, so all are suspect from the moment of the damage until the decoder starts afresh.
   */
  boolean isBroken() {
    return damaged;
  }

  boolean isKeyFrame() {
    return (picture.flags() & AVFrame.AV_FRAME_FLAG_KEY) != 0;
  }

  /** FFmpeg's name, for example h264. */
  String codec() {
    return name(context.codec_id());
  }

  private static String name(int id) {
    return avcodec_get_name(id).getString();
  }

  @Override
  public void close() {
    if (!picture.isNull()) {
      avcodec_free_context(context);
      av_frame_free(picture);
      av_frame_free(fetched);
    }
  }
}
