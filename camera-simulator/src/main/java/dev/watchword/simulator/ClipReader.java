package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVBSFContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * The video packets of a clip, over and over, with timestamps that go on across the seam. The first
 * packet's pts is 0; other streams are passed over. H.264 and H.265 come as cameras send them, with
 * their parameter sets before each key frame. Not thread-safe. Frees its native memory on close.
 */
final class ClipReader implements AutoCloseable {
  /** Of all packets. */
  static final AVRational TIME_BASE = av_make_q(1, CameraClock.TICKS_PER_SECOND);

  private final Path clip;
  private final AVFormatContext input = new AVFormatContext(null);
  private final AVBSFContext filter = new AVBSFContext(null);
  private final AVStream stream;
  private final long start;
  private long offset;
  private long end;
  private boolean any;

  ClipReader(Path clip) throws IOException {
    this.clip = clip;
    if (!Files.isRegularFile(clip)) {
      throw new IOException("There is no clip " + clip + ".");
    }
    Native.check(
        avformat_open_input(input, clip.toString(), (AVInputFormat) null, (AVDictionary) null),
        "Cannot read the clip " + clip);
    try {
      if (video() == null || video().codecpar().extradata_size() == 0) {
        Native.check(
            avformat_find_stream_info(input, (AVDictionary) null), "Cannot read the clip " + clip);
      }
      stream = video();
      if (stream == null) {
        throw new IOException(
            "The clip "
                + clip
                + " has no H.264, H.265 or Motion JPEG video; convert it to an mp4 that has.");
      }
      openFilter();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    start = stream.start_time() == AV_NOPTS_VALUE ? 0 : stream.start_time();
    offset = -start;
  }

  private AVStream video() {
    for (int i = 0; i < input.nb_streams(); i++) {
      int codec = input.streams(i).codecpar().codec_id();
      if (codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC || codec == AV_CODEC_ID_MJPEG) {
        return input.streams(i);
      }
    }
    return null;
  }

  private void openFilter() throws IOException {
    String name =
        switch (stream.codecpar().codec_id()) {
          case AV_CODEC_ID_H264 -> "h264_mp4toannexb";
          case AV_CODEC_ID_HEVC -> "hevc_mp4toannexb";
          default -> "null";
        };
    Native.check(av_bsf_alloc(av_bsf_get_by_name(name), filter), "Cannot read the clip " + clip);
    Native.check(
        avcodec_parameters_copy(filter.par_in(), stream.codecpar()), "Cannot read the clip");
    filter.time_base_in(stream.time_base());
    Native.check(av_bsf_init(filter), "Cannot read the clip " + clip);
  }

  AVCodecParameters parameters() {
    return filter.par_out();
  }

  /** Where the packets that were read so far end, in {@link #TIME_BASE}. */
  long end() {
    return av_rescale_q(end, stream.time_base(), TIME_BASE);
  }

  /** Puts the next video packet into {@code packet}, which the caller unrefs. */
  void next(AVPacket packet) throws IOException {
    while (true) {
      int read = av_read_frame(input, packet);
      if (read == AVERROR_EOF()) {
        rewind();
      } else {
        Native.check(read, "Cannot read the clip " + clip);
        if (packet.stream_index() == stream.index() && packet.dts() != AV_NOPTS_VALUE) {
          shift(packet);
          Native.check(av_bsf_send_packet(filter, packet), "Cannot read the clip " + clip);
          Native.check(av_bsf_receive_packet(filter, packet), "Cannot read the clip " + clip);
          av_packet_rescale_ts(packet, stream.time_base(), TIME_BASE);
          return;
        }
        av_packet_unref(packet);
      }
    }
  }

  private void shift(AVPacket packet) {
    long pts = packet.pts() == AV_NOPTS_VALUE ? packet.dts() : packet.pts();
    packet.pts(pts + offset);
    packet.dts(packet.dts() + offset);
    end = Math.max(end, packet.pts() + Math.max(1, packet.duration()));
    any = true;
  }

  private void rewind() throws IOException {
    if (!any) {
      throw new IOException("The clip " + clip + " holds no video packet.");
    }
    any = false;
    offset = end - start;
    Native.check(
        avformat_seek_file(
            input, stream.index(), Long.MIN_VALUE, start, start, AVSEEK_FLAG_BACKWARD),
        "Cannot rewind the clip " + clip);
  }

  @Override
  public void close() {
    av_bsf_free(filter);
    avformat_close_input(input);
  }
}
