package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.Pointer;

/** Decodes a file or an address with FFmpeg's own API, every call bounded by a deadline. */
final class StreamReader implements AutoCloseable {
  /**
   * {@code wallClockMicros} is the sender report's time of this frame, 0 before the first report.
   */
  record Picture(
      long ptsMicros,
      int width,
      int height,
      boolean key,
      int matrix,
      int range,
      byte[] luma,
      long wallClockMicros) {}

  // JavaCPP calls only ten callbacks of a type: one for all readers.
  private static final Map<Long, Long> DEADLINES = new ConcurrentHashMap<>();
  private static final AVIOInterruptCB.Callback_Pointer EXPIRED =
      new AVIOInterruptCB.Callback_Pointer() {
        @Override
        public int call(Pointer opaque) {
          Long deadline = DEADLINES.get(opaque.address());
          return deadline == null || System.nanoTime() - deadline > 0 ? 1 : 0;
        }
      };

  private final Pointer id = av_malloc(8);
  private final AVFormatContext input = avformat_alloc_context();
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();
  private final AVCodecContext decoder = avcodec_alloc_context3(null);
  private boolean opened;
  private long wallClock;

  StreamReader(String url, double seconds, String... options) throws IOException {
    DEADLINES.put(id.address(), System.nanoTime() + (long) (seconds * 1e9));
    input.interrupt_callback().callback(EXPIRED).opaque(id);
    AVDictionary dictionary = new AVDictionary(null);
    for (int i = 0; i < options.length; i += 2) {
      av_dict_set(dictionary, options[i], options[i + 1], 0);
    }
    int code = avformat_open_input(input, url, (AVInputFormat) null, dictionary);
    av_dict_free(dictionary);
    opened = code >= 0;
    try {
      Native.check(code, "open");
      // No find_stream_info: the description has to say enough for the decoder to start.
      Native.check(
          avcodec_parameters_to_context(decoder, input.streams(0).codecpar()), "parameters");
      decoder.thread_count(1);
      Native.check(
          avcodec_open2(decoder, avcodec_find_decoder(decoder.codec_id()), (AVDictionary) null),
          "decoder");
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  static StreamReader tcp(String url) throws IOException {
    return new StreamReader(url, 20, "rtsp_transport", "tcp");
  }

  int extradataSize() {
    return input.streams(0).codecpar().extradata_size();
  }

  void deadline(double seconds) {
    DEADLINES.put(id.address(), System.nanoTime() + (long) (seconds * 1e9));
  }

  List<Picture> next(int count) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    while (pictures.size() < count) {
      pictures.add(next());
    }
    return pictures;
  }

  /** The next decoded frame; throws at the end, on the deadline, on a lost connection. */
  Picture next() throws IOException {
    while (avcodec_receive_frame(decoder, frame) < 0) {
      int read = av_read_frame(input, packet);
      if (read == AVERROR_EOF()) {
        avcodec_send_packet(decoder, (AVPacket) null);
        Native.check(avcodec_receive_frame(decoder, frame), "end");
        return picture();
      }
      Native.check(read, "read");
      var prft =
          av_packet_get_side_data(
              packet, AV_PKT_DATA_PRFT, (org.bytedeco.javacpp.SizeTPointer) null);
      wallClock =
          prft == null
              ? 0
              : new org.bytedeco.ffmpeg.avcodec.AVProducerReferenceTime(prft).wallclock();
      if (packet.stream_index() == 0) {
        avcodec_send_packet(decoder, packet);
      }
      av_packet_unref(packet);
    }
    return picture();
  }

  private Picture picture() {
    AVRational base = input.streams(0).time_base();
    byte[] luma = new byte[frame.width() * frame.height()];
    for (int row = 0; row < frame.height(); row++) {
      frame
          .data(0)
          .position((long) row * frame.linesize(0))
          .get(luma, row * frame.width(), frame.width());
    }
    long micros = Math.round(1e6 * frame.best_effort_timestamp() * base.num() / base.den());
    boolean key = (frame.flags() & AVFrame.AV_FRAME_FLAG_KEY) != 0;
    return new Picture(
        micros,
        frame.width(),
        frame.height(),
        key,
        frame.colorspace(),
        frame.color_range(),
        luma,
        wallClock);
  }

  @Override
  public void close() {
    deadline(2);
    if (opened) {
      avformat_close_input(input);
      opened = false;
    }
    avcodec_free_context(decoder);
    av_packet_free(packet);
    av_frame_free(frame);
    DEADLINES.remove(id.address());
    av_free(id);
  }
}
