package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * The video packets of a clip, over and over, with timestamps that go on across the seam. The first
 * packet's pts is 0; other streams are passed over. Not thread-safe. Frees its native memory on
 * close.
 */
final class ClipReader implements AutoCloseable {
  private final Path clip;
  private final AVFormatContext input = new AVFormatContext(null);
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
            "The clip " + clip + " has no H.264 or H.265 video; convert it to an mp4 that has.");
      }
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
      if (codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC) {
        return input.streams(i);
      }
    }
    return null;
  }

  AVCodecParameters parameters() {
    return stream.codecpar();
  }

  AVRational timeBase() {
    return stream.time_base();
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
    avformat_close_input(input);
  }
}
