package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/**
 * Scales decoded pictures and writes them as JPEG, from YUV to YUV without a detour over RGB where
 * the colour matrices agree. The output is full-range BT.601 4:2:0, as JFIF readers expect; matrix
 * and range of the source are those that its frames carry. Used by one thread.
 */
final class JpegEncoder implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final int longSide;
  private final int quality;
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame scaled = av_frame_alloc();
  private SwsContext scaler;
  private AVCodecContext encoder;

  /**
   * @param longSide of the JPEG in pixels, never more than the source's; 0 for the source's size
   * @param quality FFmpeg's qscale, 2 (best) to 31
   */
  JpegEncoder(int longSide, int quality) {
    this.longSide = longSide;
    this.quality = quality;
  }

  /** The size of the JPEG for a source's size: same shape, both sides even. */
  static int[] sizeFor(int width, int height, int longSide) {
    int longer = Math.max(width, height);
    if (longSide == 0 || longSide >= longer) {
      return new int[] {Math.max(2, width & ~1), Math.max(2, height & ~1)};
    }
    double factor = (double) longSide / longer;
    return new int[] {even(width * factor), even(height * factor)};
  }

  private static int even(double side) {
    return Math.max(2, 2 * (int) Math.round(side / 2));
  }

  /** Throws {@link IllegalStateException} for a picture in a form that FFmpeg cannot convert. */
  Jpeg encode(AVFrame picture) {
    int[] size = sizeFor(picture.width(), picture.height(), longSide);
    if (encoder == null || encoder.width() != size[0] || encoder.height() != size[1]) {
      resize(size[0], size[1]);
    }
    check(av_frame_make_writable(scaled), "make room for a scaled picture");
    check(sws_scale_frame(scaler, scaled, picture), "scale the picture");
    scaled.quality(FF_QP2LAMBDA * quality);
    check(avcodec_send_frame(encoder, scaled), "write the JPEG");
    check(avcodec_receive_packet(encoder, packet), "write the JPEG");
    byte[] bytes = new byte[packet.size()];
    packet.data().get(bytes);
    av_packet_unref(packet);
    return new Jpeg(bytes, size[0], size[1]);
  }

  private void resize(int width, int height) {
    freeSized();
    scaler = sws_alloc_context();
    scaler.flags(SWS_AREA | SWS_ACCURATE_RND);
    av_frame_unref(scaled);
    scaled.width(width);
    scaled.height(height);
    scaled.format(AV_PIX_FMT_YUV420P);
    scaled.color_range(AVCOL_RANGE_JPEG);
    scaled.colorspace(AVCOL_SPC_BT470BG);
    check(av_frame_get_buffer(scaled, ALIGNMENT), "make room for a scaled picture");
    openEncoder(width, height);
  }

  private void openEncoder(int width, int height) {
    AVCodec codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    encoder = avcodec_alloc_context3(codec);
    encoder.width(width);
    encoder.height(height);
    encoder.pix_fmt(AV_PIX_FMT_YUV420P);
    encoder.color_range(AVCOL_RANGE_JPEG);
    encoder.colorspace(AVCOL_SPC_BT470BG);
    encoder.time_base(av_make_q(1, 1));
    encoder.thread_count(1);
    encoder.flags(encoder.flags() | AV_CODEC_FLAG_QSCALE);
    encoder.global_quality(FF_QP2LAMBDA * quality);
    check(avcodec_open2(encoder, codec, (AVDictionary) null), "open the JPEG encoder");
  }

  private static void check(int code, String what) {
    if (code < 0) {
      throw new IllegalStateException("cannot " + what + ": FFmpeg error " + code);
    }
  }

  private void freeSized() {
    if (scaler != null) {
      sws_freeContext(scaler);
      scaler = null;
    }
    if (encoder != null) {
      avcodec_free_context(encoder);
      encoder = null;
    }
  }

  @Override
  public void close() {
    freeSized();
    if (!packet.isNull()) {
      av_packet_free(packet);
      av_frame_free(scaled);
    }
  }
}
