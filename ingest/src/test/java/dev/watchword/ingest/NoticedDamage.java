package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Keeps the packets that arrived, and decodes them again by the plain rule: each GOP by a decoder
 * of its own, and from the first sign of damage on everything that is decoded before the next key
 * frame is suspect. Shares no code with what it judges but for the ear at FFmpeg's log.
 */
final class NoticedDamage implements PacketTap, AutoCloseable {
  private static final AVRational MICROS = av_make_q(1, 1_000_000);

  private final AVCodecParameters parameters = avcodec_parameters_alloc();
  private final List<AVPacket> packets = new ArrayList<>();
  private final AVFrame picture = av_frame_alloc();
  private AVRational timeBase;

  @Override
  public void opened(String session, AVCodecParameters given, AVRational unit) {
    avcodec_parameters_copy(parameters, given);
    timeBase = av_make_q(unit.num(), unit.den());
  }

  @Override
  public void packet(AVPacket packet, long capturedAtMicros) {
    packets.add(av_packet_clone(packet));
  }

  @Override
  public void closed() {}

  /** Presentation times in microseconds from the first packet's. */
  Set<Long> suspects() {
    Set<Long> suspects = new HashSet<>();
    AVCodecContext context = null;
    long keyPts = 0;
    boolean dirty = false;
    for (AVPacket packet : packets) {
      if ((packet.flags() & AV_PKT_FLAG_KEY) != 0) {
        avcodec_free_context(context == null ? new AVCodecContext(null) : context);
        context = decoder();
        keyPts = packet.pts();
        dirty = false;
      }
      if (packet.pts() < keyPts) {
        // Refers to the GOP before, which this decoder has not seen.
        continue;
      }
      dirty |= decodesWithASign(context, packet);
      if (dirty) {
        suspects.add(av_rescale_q(packet.pts() - packets.get(0).pts(), timeBase, MICROS));
      }
    }
    avcodec_free_context(context);
    return suspects;
  }

  private AVCodecContext decoder() {
    AVCodecContext context = avcodec_alloc_context3(avcodec_find_decoder(parameters.codec_id()));
    avcodec_parameters_to_context(context, parameters);
    context.thread_count(1);
    avcodec_open2(context, avcodec_find_decoder(parameters.codec_id()), (AVDictionary) null);
    return context;
  }

  private boolean decodesWithASign(AVCodecContext context, AVPacket packet) {
    long errors = FfmpegLog.errors();
    boolean sign = avcodec_send_packet(context, packet) < 0;
    while (avcodec_receive_frame(context, picture) >= 0) {
      sign |= picture.decode_error_flags() != 0;
    }
    return sign || FfmpegLog.errors() != errors;
  }

  @Override
  public void close() {
    packets.forEach(packet -> av_packet_free(packet));
    packets.clear();
    av_frame_free(picture);
    avcodec_parameters_free(parameters);
  }
}
