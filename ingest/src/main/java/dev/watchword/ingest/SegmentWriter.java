package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVCodecParserContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Writes packets into a fragmented MP4 file without decoding them. Each GOP is a fragment of its
 * own that can be read as soon as it is written, also when the file is never finished. Timestamps
 * begin at 0. Used by one thread.
 */
final class SegmentWriter implements AutoCloseable {
  private static final long NONE = Long.MIN_VALUE;

  private final AVFormatContext file = new AVFormatContext(null);
  private final AVPacket own = av_packet_alloc();
  private final AVRational timeBase;
  private final Path path;
  private long startDts = NONE;
  private DecodingOrder order;
  private int frames;

  /**
   * @param tags what the file says about itself, see {@link SegmentTags}
   * @param timeBase of the packets
   * @param first a key frame, from which the picture's size is read where the stream's description
   *     has none; it is not written
   * @param fragment the longest that a fragment may get; a GOP may be longer
   */
  SegmentWriter(
      Path path,
      SegmentTags tags,
      AVCodecParameters parameters,
      AVRational timeBase,
      AVPacket first,
      Duration fragment)
      throws IOException {
    this.path = path;
    this.timeBase = av_make_q(timeBase.num(), timeBase.den());
    try {
      open(tags, parameters, first, fragment);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(
      SegmentTags tags, AVCodecParameters parameters, AVPacket first, Duration fragment)
      throws IOException {
    check(avformat_alloc_output_context2(file, null, "mp4", path.toString()));
    AVDictionary metadata = new AVDictionary(null);
    tags.written().forEach((key, value) -> av_dict_set(metadata, key, value, 0));
    file.metadata(metadata);
    AVStream stream = avformat_new_stream(file, null);
    check(avcodec_parameters_copy(stream.codecpar(), parameters));
    stream.codecpar().codec_tag(0);
    if (parameters.width() == 0) {
      readSize(stream.codecpar(), first);
    }
    stream.time_base(timeBase);
    file.flags(file.flags() | AVFormatContext.AVFMT_FLAG_FLUSH_PACKETS);
    AVIOContext io = new AVIOContext(null);
    check(avio_open(io, path.toString(), AVIO_FLAG_WRITE));
    file.pb(io);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(
        options,
        "movflags",
        "empty_moov+default_base_moof+frag_keyframe+negative_cts_offsets+use_metadata_tags",
        0);
    av_dict_set(options, "frag_duration", Long.toString(fragment.toNanos() / 1000), 0);
    int code = avformat_write_header(file, options);
    av_dict_free(options);
    check(code);
    check(file.pb().error());
  }

  private static void readSize(AVCodecParameters parameters, AVPacket first) {
    AVCodecParserContext parser = av_parser_init(parameters.codec_id());
    AVCodecContext context = avcodec_alloc_context3(null);
    if (parser != null) {
      avcodec_parameters_to_context(context, parameters);
      parser.flags(parser.flags() | AVCodecParserContext.PARSER_FLAG_COMPLETE_FRAMES);
      try (BytePointer data = new BytePointer();
          IntPointer size = new IntPointer(1)) {
        av_parser_parse2(
            parser, context, data, size, first.data(), first.size(), first.pts(), first.dts(), 0);
      }
      parameters.width(parser.width()).height(parser.height());
      av_parser_close(parser);
    }
    avcodec_free_context(context);
  }

  /** Appends the packet, which stays the caller's. */
  void write(AVPacket packet) throws IOException {
    av_packet_ref(own, packet);
    if (order == null) {
      order = new DecodingOrder(packet.pts(), packet.dts());
    }
    long dts = order.dts(packet.pts(), packet.dts());
    if (startDts == NONE) {
      startDts = dts;
    }
    long pts = packet.pts() == AV_NOPTS_VALUE ? dts : Math.max(packet.pts(), dts);
    own.dts(dts - startDts).pts(pts - startDts).stream_index(0);
    av_packet_rescale_ts(own, timeBase, file.streams(0).time_base());
    int code = av_write_frame(file, own);
    av_packet_unref(own);
    check(code);
    check(file.pb().error());
    frames++;
  }

  /** Writes what is still held. Call it once, before {@link #close()}. */
  void finish() throws IOException {
    check(av_write_trailer(file));
    check(file.pb().error());
  }

  int frames() {
    return frames;
  }

  private void check(int code) throws IOException {
    if (code < 0) {
      byte[] text = new byte[128];
      av_strerror(code, text, text.length);
      throw new IOException(path + ": " + new BytePointer(text).getString());
    }
  }

  @Override
  public void close() {
    if (own.isNull()) {
      return;
    }
    av_packet_free(own);
    if (!file.isNull()) {
      if (file.pb() != null && !file.pb().isNull()) {
        avio_closep(file.pb());
      }
      avformat_free_context(file);
    }
  }
}
