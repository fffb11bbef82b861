package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * The last stretch of a camera's video, compressed, GOP by GOP. Bounded in time and bytes. Filled
 * by the camera's thread; {@link #excerpt} may be called by any.
 */
final class PacketRing implements PacketTap, AutoCloseable {
  /** How far from a moment a frame may be to stand for it. */
  static final long TOLERANCE_MICROS = 1_000_000;

  private final long keepMicros;
  private final long maxBytes;
  private final Deque<Gop> gops = new ArrayDeque<>();
  private Stream stream;
  private boolean closed;

  /** What a decoder needs; stays as long as a GOP of it does, and is freed with the last one. */
  private static final class Stream {
    private final AVCodecParameters parameters = avcodec_parameters_alloc();
    private final AVRational timeBase;
    private int uses = 1;

    Stream(AVCodecParameters from, AVRational timeBase) {
      avcodec_parameters_copy(parameters, from);
      this.timeBase = av_make_q(timeBase.num(), timeBase.den());
    }

    void release() {
      if (--uses == 0) {
        avcodec_parameters_free(parameters);
      }
    }
  }

  /** A key frame and what follows it. */
  private static final class Gop {
    private final Stream stream;
    private final List<AVPacket> packets = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private long bytes;

    Gop(Stream stream) {
      this.stream = stream;
      stream.uses++;
    }

    void add(AVPacket packet, long capturedAtMicros) {
      packets.add(av_packet_clone(packet));
      times.add(capturedAtMicros);
      bytes += packet.size();
    }

    long start() {
      return times.get(0);
    }

    long end() {
      return times.get(times.size() - 1);
    }

    void free() {
      packets.forEach(packet -> av_packet_free(packet));
      stream.release();
    }
  }

  PacketRing(EvidenceConfig config) {
    this.keepMicros = config.keep().toNanos() / 1000;
    this.maxBytes = config.maxBytes();
  }

  @Override
  public synchronized void opened(
      String session, AVCodecParameters parameters, AVRational timeBase) {
    closed();
    if (!closed) {
      stream = new Stream(parameters, timeBase);
    }
  }

  @Override
  public synchronized void packet(AVPacket packet, long capturedAtMicros) {
    if (stream == null || keepMicros == 0) {
      return;
    }
    if ((packet.flags() & AV_PKT_FLAG_KEY) != 0) {
      gops.addLast(new Gop(stream));
    } else if (gops.isEmpty() || gops.peekLast().stream != stream) {
      return;
    }
    gops.peekLast().add(packet, capturedAtMicros);
    forget(capturedAtMicros - keepMicros);
  }

  /** Forgets whole GOPs, never the one that is being filled unless it alone is too large. */
  private void forget(long before) {
    long bytes = gops.stream().mapToLong(gop -> gop.bytes).sum();
    while (!gops.isEmpty() && (bytes > maxBytes || isPast(gops.peekFirst(), before))) {
      Gop oldest = gops.removeFirst();
      bytes -= oldest.bytes;
      oldest.free();
    }
  }

  private boolean isPast(Gop gop, long before) {
    return gop.end() < before && gop != gops.peekLast();
  }

  @Override
  public synchronized void closed() {
    if (stream != null) {
      stream.release();
      stream = null;
    }
  }

  /** The capture time of the last frame; the smallest number when there is none. */
  synchronized long lastMicros() {
    return gops.isEmpty() ? Long.MIN_VALUE : gops.peekLast().end();
  }

  /**
   * The frames from the key frame before {@code fromMicros} until {@code toMicros}, in decoding
   * order; empty when they are not there, not even nearly.
   */
  synchronized Optional<Excerpt> excerpt(long fromMicros, long toMicros) {
    Gop first = null;
    for (Gop gop : gops) {
      if (first == null || gop.start() <= fromMicros) {
        first = gop;
      }
    }
    if (first == null
        || first.start() > fromMicros + TOLERANCE_MICROS
        || lastMicros() < fromMicros - TOLERANCE_MICROS) {
      return Optional.empty();
    }
    Excerpt excerpt = new Excerpt(first.stream.parameters, first.stream.timeBase);
    boolean started = false;
    for (Gop gop : gops) {
      started |= gop == first;
      if (started && gop.stream == first.stream && gop.start() <= toMicros + TOLERANCE_MICROS) {
        for (int i = 0; i < gop.packets.size() && gop.times.get(i) <= toMicros; i++) {
          excerpt.add(gop.packets.get(i), gop.times.get(i));
        }
        if (gop.start() > toMicros && excerpt.isEmpty()) {
          excerpt.add(gop.packets.get(0), gop.start());
        }
      }
    }
    return Optional.of(excerpt);
  }

  synchronized long bytes() {
    return gops.stream().mapToLong(gop -> gop.bytes).sum();
  }

  @Override
  public synchronized void close() {
    closed = true;
    closed();
    gops.forEach(Gop::free);
    gops.clear();
  }
}
