package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.util.PriorityQueue;

/**
 * Gives packets decoding times as a file wants them: rising, and never after the presentation time.
 * Containers bring them along. RTP does not, and FFmpeg then takes the presentation times for them,
 * which do not rise where a stream has B-frames. For those, a packet's decoding time is the
 * presentation time of the one {@link #DEPTH} frames before it in the order of presentation. Times
 * are in the stream's own unit. Not thread-safe.
 */
final class DecodingOrder {
  /** By so many frames cameras' encoders reorder at most; H.264 and H.265 would allow 16. */
  static final int DEPTH = 4;

  private static final long NONE = Long.MIN_VALUE;

  private final boolean given;
  private final PriorityQueue<Long> waiting = new PriorityQueue<>();
  private long last = NONE;

  /** Judges by the times of the first packet, a key frame: where frames wait, it waits too. */
  DecodingOrder(long firstPts, long firstDts) {
    given = firstPts == AV_NOPTS_VALUE || (firstDts != AV_NOPTS_VALUE && firstDts < firstPts);
    if (!given) {
      for (int i = DEPTH; i > 0; i--) {
        waiting.add(firstPts - i);
      }
    }
  }

  /** Of the next packet; either time may be FFmpeg's AV_NOPTS_VALUE. */
  long dts(long pts, long dts) {
    long time = given || pts == AV_NOPTS_VALUE ? dts : delayed(pts);
    if (time == AV_NOPTS_VALUE || (last != NONE && time <= last)) {
      time = last == NONE ? 0 : last + 1;
    }
    last = time;
    return time;
  }

  private long delayed(long pts) {
    waiting.add(pts);
    return waiting.poll();
  }
}
