package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * When FFmpeg must give up what it blocks in. FFmpeg asks about every 100 ms while it waits.
 *
 * <p>There is one callback for all cameras, and {@code opaque} tells whose it is: JavaCPP keeps ten
 * live instances of a callback type, and the eleventh is never called, without an error.
 */
final class Deadline implements AutoCloseable {
  private static final Map<Long, Deadline> LIVE = new ConcurrentHashMap<>();
  private static final AVIOInterruptCB.Callback_Pointer INTERRUPT =
      new AVIOInterruptCB.Callback_Pointer() {
        @Override
        public int call(Pointer opaque) {
          Deadline deadline = LIVE.get(opaque.address());
          return deadline == null || deadline.isOver() ? 1 : 0;
        }
      };

  private final StopSignal stop;
  private final BytePointer key = new BytePointer(av_malloc(8));
  private volatile boolean closing;
  private volatile long endNanos;

  Deadline(StopSignal stop) {
    this.stop = stop;
    LIVE.put(key.address(), this);
  }

  /** Makes the context ask this deadline. The context must be closed before the deadline. */
  void attach(AVFormatContext context) {
    context.interrupt_callback().callback(INTERRUPT).opaque(key);
  }

  /** Starts anew: what blocks from now on may take this long. */
  void within(Duration limit) {
    endNanos = System.nanoTime() + limit.toNanos();
  }

  /** Gives an orderly goodbye this long, even after the stop signal. */
  void withinForClose(Duration limit) {
    closing = true;
    within(limit);
  }

  boolean isOver() {
    return (stop.isSet() && !closing) || System.nanoTime() - endNanos > 0;
  }

  @Override
  public void close() {
    LIVE.remove(key.address());
    av_free(key);
  }
}
