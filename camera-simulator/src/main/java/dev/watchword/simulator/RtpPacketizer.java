package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avformat.Write_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Access units into RTP packets and RTCP sender reports, by FFmpeg's {@code rtp} muxer. Packets go
 * to a {@link PacketSink} from within {@link #write}. Not thread-safe. Frees its native memory on
 * close.
 */
final class RtpPacketizer implements AutoCloseable {
  private static final int LARGEST_PACKET = 1400;
  private static final int PAYLOAD_TYPE = 96;

  /**
   * JavaCPP keeps ten live instances per callback type and never calls the eleventh, so all
   * packetizers share one callback, which finds the packetizer by FFmpeg's {@code opaque} pointer.
   */
  private static final Map<Long, RtpPacketizer> LIVE = new ConcurrentHashMap<>();

  private static final Write_packet_Pointer_BytePointer_int WRITE =
      new Write_packet_Pointer_BytePointer_int() {
        @Override
        public int call(Pointer opaque, BytePointer packet, int length) {
          RtpPacketizer packetizer = LIVE.get(opaque.address());
          return packetizer == null ? AVERROR_EIO() : packetizer.deliver(packet, length);
        }
      };

  private final PacketSink sink;
  private final AVFormatContext output = new AVFormatContext(null);
  private final AVRational timeBase;
  private final byte[] buffer = new byte[LARGEST_PACKET];
  private final Pointer id;
  private AVIOContext io;
  private IOException failure;
  private boolean headerWritten;
  private boolean started;
  private byte[] earlyReport;

  /**
   * Starts a stream whose pts 0 is now on the wall clock, which is what the sender reports will
   * say.
   *
   * @param timeBase of the packets to come
   * @param senderReports false leaves them out, for a stream that does not run in real time
   */
  RtpPacketizer(
      AVCodecParameters parameters, AVRational timeBase, boolean senderReports, PacketSink sink)
      throws IOException {
    this.sink = sink;
    this.timeBase = timeBase;
    id = av_malloc(8);
    LIVE.put(id.address(), this);
    try {
      open(parameters, senderReports);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(AVCodecParameters parameters, boolean senderReports) throws IOException {
    Native.check(
        avformat_alloc_output_context2(output, (AVOutputFormat) null, "rtp", "rtp://127.0.0.1"),
        "Cannot start RTP");
    AVDictionary metadata = new AVDictionary(null);
    av_dict_set(metadata, "title", "Watchword camera simulator", 0);
    output.metadata(metadata); // freed with the context
    AVStream stream = avformat_new_stream(output, null);
    Native.check(avcodec_parameters_copy(stream.codecpar(), parameters), "Cannot start RTP");
    stream.codecpar().codec_tag(0);
    BytePointer memory = new BytePointer(av_malloc(LARGEST_PACKET)).capacity(LARGEST_PACKET);
    io = avio_alloc_context(memory, LARGEST_PACKET, 1, id, null, WRITE, null);
    io.max_packet_size(LARGEST_PACKET);
    output.pb(io);
    output.packet_size(LARGEST_PACKET);
    output.flags(output.flags() | AVFormatContext.AVFMT_FLAG_CUSTOM_IO);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "payload_type", Integer.toString(PAYLOAD_TYPE), 0);
    if (!senderReports) {
      av_dict_set(options, "rtpflags", "skip_rtcp", 0);
    }
    int written = avformat_write_header(output, options);
    av_dict_free(options);
    Native.check(written, "Cannot send this video over RTP");
    headerWritten = true;
  }

  /**
   * The session description (RFC 4566) with the codec's parameter sets. As the address given above
   * has no port, FFmpeg describes a stream to be set up over RTSP: port 0, and a control attribute
   * with the name {@link RtspRequest#CONTROL}.
   */
  String sessionDescription() throws IOException {
    try (BytePointer text = new BytePointer(16384);
        PointerPointer<AVFormatContext> contexts = new PointerPointer<>(1)) {
      contexts.put(0, output);
      Native.check(
          av_sdp_create(contexts, 1, text, (int) text.capacity()), "Cannot describe the stream");
      return Native.string(text);
    }
  }

  /**
   * Sends an access unit; its timestamps are in the time base given at the start. Throws what the
   * sink threw.
   */
  void write(AVPacket packet) throws IOException {
    av_packet_rescale_ts(packet, timeBase, output.streams(0).time_base());
    packet.stream_index(0);
    packet.pos(-1);
    int written = av_write_frame(output, packet);
    if (failure != null) {
      throw failure;
    }
    Native.check(written, "Cannot send an access unit");
    sink.flush();
  }

  private int deliver(BytePointer packet, int length) {
    try {
      packet.get(buffer, 0, length);
      // RFC 5761 section 4: payload types 64 to 95 with the marker bit, seen as one byte, are RTCP.
      int type = buffer[1] & 0xff;
      boolean rtcp = type >= 192 && type <= 223;
      if (rtcp && !started) {
        earlyReport = Arrays.copyOf(buffer, length);
        return length;
      }
      sink.send(buffer, length, rtcp);
      if (!started) {
        started = true;
        sendEarlyReport();
      }
      return length;
    } catch (IOException e) {
      failure = e;
      return AVERROR_EIO();
    }
  }

  /**
   * A report ahead of the first packet would make FFmpeg's receivers count time from the report, a
   * few milliseconds off, instead of from the first frame.
   */
  private void sendEarlyReport() throws IOException {
    if (earlyReport != null) {
      sink.send(earlyReport, earlyReport.length, true);
      earlyReport = null;
    }
  }

  @Override
  public void close() {
    LIVE.remove(id.address());
    if (!output.isNull()) {
      if (headerWritten) {
        av_write_trailer(output); // sends nothing any more, but only it frees the muxer's buffer
      }
      avformat_free_context(output);
    }
    if (io != null) {
      av_free(io.buffer());
      avio_context_free(io);
    }
    av_free(id);
  }
}
