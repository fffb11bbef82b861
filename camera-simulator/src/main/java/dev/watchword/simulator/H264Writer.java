package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Pictures into an H.264 mp4 as a camera would make it: constrained baseline (no B-frames), a key
 * frame each 1.5 s, limited range. The colour matrix is BT.601 up to 576 lines and BT.709 above,
 * and the stream says so. Not thread-safe. Frees its native memory on close.
 */
public final class H264Writer implements AutoCloseable {
  private static final double GOP_SECONDS = 1.5;

  /** Gives 1.8 Mbit/s at 640x480 and 12 frames/s: drawn edges stay clean. */
  private static final double BITS_PER_PIXEL = 0.49;

  private final int width;
  private final int height;
  private final boolean hd;
  private final AVCodecContext encoder;
  private final AVFormatContext file = new AVFormatContext(null);
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame rgb = av_frame_alloc();
  private final AVFrame yuv = av_frame_alloc();
  private SwsContext converter;
  private long frames;

  /** Replaces the file if it is there. Both sides of the picture must be even. */
  public H264Writer(Path mp4, int width, int height, double framesPerSecond) throws IOException {
    this.width = width;
    this.height = height;
    hd = height > 576;
    AVCodec codec = avcodec_find_encoder_by_name("libopenh264");
    if (codec == null) {
      throw new IOException("This FFmpeg build has no libopenh264 encoder.");
    }
    encoder = avcodec_alloc_context3(codec);
    try {
      openEncoder(codec, framesPerSecond);
      openFile(mp4.toString());
      openConverter();
    } catch (IOException | RuntimeException e) {
      free();
      throw e;
    }
  }

  private void openEncoder(AVCodec codec, double framesPerSecond) throws IOException {
    AVRational rate = av_d2q(framesPerSecond, 1001000);
    encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
    encoder.framerate(rate);
    encoder.time_base(av_inv_q(rate));
    encoder.gop_size((int) Math.max(1, Math.round(GOP_SECONDS * framesPerSecond)));
    encoder.bit_rate((long) Math.max(200_000, BITS_PER_PIXEL * width * height * framesPerSecond));
    encoder.thread_count(1);
    encoder.log_level_offset(
        16); // libopenh264 warns on each open about choices that are meant; its errors still show
    encoder.colorspace(hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M);
    encoder.color_range(AVCOL_RANGE_MPEG);
    encoder.color_primaries(AVCOL_PRI_BT709); // Java draws in sRGB, which has BT.709's primaries
    encoder.color_trc(AVCOL_TRC_IEC61966_2_1);
    encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "allow_skip_frames", "0", 0);
    int opened = avcodec_open2(encoder, codec, options);
    av_dict_free(options);
    Native.check(opened, "Cannot open the H.264 encoder for " + width + "x" + height);
  }

  private void openFile(String path) throws IOException {
    Native.check(avformat_alloc_output_context2(file, null, "mp4", path), "Cannot prepare " + path);
    AVStream stream = avformat_new_stream(file, null);
    stream.time_base(encoder.time_base());
    stream.avg_frame_rate(encoder.framerate());
    Native.check(
        avcodec_parameters_from_context(stream.codecpar(), encoder), "Cannot describe " + path);
    AVIOContext io = new AVIOContext(null);
    Native.check(avio_open(io, path, AVIO_FLAG_WRITE), "Cannot write " + path);
    file.pb(io);
    Native.check(avformat_write_header(file, (AVDictionary) null), "Cannot write " + path);
  }

  private void openConverter() throws IOException {
    allocate(rgb, AV_PIX_FMT_BGR0); // an int 0x00RRGGBB in little-endian memory
    allocate(yuv, AV_PIX_FMT_YUV420P);
    converter =
        sws_getContext(
            width,
            height,
            AV_PIX_FMT_BGR0,
            width,
            height,
            AV_PIX_FMT_YUV420P,
            SWS_AREA,
            null,
            null,
            (DoublePointer) null);
    if (converter == null) {
      throw new IOException("Cannot convert pictures of " + width + "x" + height + ".");
    }
    IntPointer matrix = sws_getCoefficients(hd ? SWS_CS_ITU709 : SWS_CS_SMPTE170M);
    sws_setColorspaceDetails(converter, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
  }

  private void allocate(AVFrame frame, int format) throws IOException {
    frame.format(format).width(width).height(height);
    Native.check(av_frame_get_buffer(frame, 64), "No memory for a picture");
  }

  /**
   * Appends a picture of type {@link BufferedImage#TYPE_INT_RGB}; {@code key} makes it a key frame.
   */
  public void write(BufferedImage picture, boolean key) throws IOException {
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    IntPointer target = new IntPointer(rgb.data(0));
    int stride = rgb.linesize(0) / Integer.BYTES;
    for (int row = 0; row < height; row++) {
      target.position((long) row * stride).put(pixels, row * width, width);
    }
    Native.check(av_frame_make_writable(yuv), "No memory for a picture");
    sws_scale(converter, rgb.data(), rgb.linesize(), 0, height, yuv.data(), yuv.linesize());
    yuv.pts(frames++);
    yuv.pict_type(key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE);
    encode(yuv);
  }

  /** Writes what the encoder still holds and the index. */
  public void finish() throws IOException {
    encode(null);
    Native.check(av_write_trailer(file), "Cannot finish the clip");
  }

  private void encode(AVFrame frame) throws IOException {
    Native.check(avcodec_send_frame(encoder, frame), "Cannot encode frame " + frames);
    while (true) {
      int received = avcodec_receive_packet(encoder, packet);
      if (received == AVERROR_EAGAIN() || received == AVERROR_EOF) {
        return;
      }
      Native.check(received, "Cannot encode frame " + frames);
      packet.duration(1);
      av_packet_rescale_ts(packet, encoder.time_base(), file.streams(0).time_base());
      packet.stream_index(0);
      Native.check(av_interleaved_write_frame(file, packet), "Cannot write frame " + frames);
    }
  }

  @Override
  public void close() {
    free();
  }

  private void free() {
    if (converter != null) {
      sws_freeContext(converter);
      converter = null;
    }
    av_frame_free(rgb);
    av_frame_free(yuv);
    av_packet_free(packet);
    avcodec_free_context(encoder);
    if (!file.isNull()) {
      if (file.pb() != null && !file.pb().isNull()) {
        avio_closep(file.pb());
      }
      avformat_free_context(file);
    }
  }
}
