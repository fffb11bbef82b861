package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Compressed packets to pictures, with one decoder thread, so that no frame waits for the ones
 * after it. Marks the pictures in which data is missing. Used by one thread; all native memory is
 * freed by {@link #close()}.
 */
final class Decoder implements AutoCloseable {
  private final AVFrame picture = av_frame_alloc();
  private final AVCodecContext context;
  private boolean lost;
  private boolean broken;
  private boolean ended;

  /**
   * @param timeBase of the packets' timestamps
   * @param url named when the codec is not supported
   */
  Decoder(AVCodecParameters parameters, AVRational timeBase, CameraUrl url) throws SourceFailure {
    int id = parameters.codec_id();
    AVCodec codec = avcodec_find_decoder(id);
    context = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(context, parameters);
    context.pkt_timebase(timeBase);
    context.thread_count(1);
    if (codec == null || avcodec_open2(context, codec, (AVDictionary) null) < 0) {
      close();
      throw FfmpegErrors.unsupported(url, name(id));
    }
  }

  /** Takes the packet, which stays the caller's. Call {@link #receive()} until it gives no more. */
  void send(AVPacket packet) {
    lost |= (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
    lost |= avcodec_send_packet(context, packet) < 0;
  }

  /** No packet will come any more: what the decoder still holds can be received. */
  void end() {
    ended = true;
    avcodec_send_packet(context, null);
  }

  boolean hasEnded() {
    return ended;
  }

  /** Whether there is a further picture; it replaces the one before. */
  boolean receive() {
    if (avcodec_receive_frame(context, picture) < 0) {
      return false;
    }
    broken = lost || picture.decode_error_flags() != 0;
    lost = false;
    return true;
  }

  /** The last picture received; belongs to the decoder. */
  AVFrame picture() {
    return picture;
  }

  /** Whether errors were concealed in the last picture, or data was lost before it. */
  boolean isBroken() {
    return broken;
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
    }
  }
}
