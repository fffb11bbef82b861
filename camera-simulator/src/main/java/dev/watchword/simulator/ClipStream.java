package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Plays a mount's clip to one client, from its first frame and for ever. {@link #play} runs on the
 * stream's own thread until {@link #stop} or until the client is gone.
 */
final class ClipStream {
  private static final double LOSS = 0.1;

  private final Mount mount;
  private final PacketSink sink;
  private final CountDownLatch stopped = new CountDownLatch(1);

  ClipStream(Mount mount, PacketSink sink) {
    this.mount = mount;
    this.sink = sink;
  }

  void stop() {
    stopped.countDown();
  }

  /** Throws when the client does not take its packets any more or the clip cannot be read. */
  void play() throws IOException, InterruptedException {
    AVPacket packet = av_packet_alloc();
    mount.watching().incrementAndGet();
    try (ClipReader reader = new ClipReader(mount.clip());
        RtpPacketizer packetizer =
            new RtpPacketizer(
                reader.parameters(),
                reader.timeBase(),
                mount.pace() == 1,
                new LossySink(mount, sink, new Random(1)))) {
      long started = System.nanoTime();
      boolean awaitKey = true;
      while (stopped.getCount() > 0) {
        reader.next(packet);
        if (waitUntil(started + due(packet.dts(), reader.timeBase()))
            || (mount.fault() == Fault.STALL && rest())) {
          return;
        }
        // A stalled camera goes on filming: what falls into the stall is lost, and a decoder can
        // start again only at a key frame.
        awaitKey =
            mount.fault() == Fault.STALL || (awaitKey && (packet.flags() & AV_PKT_FLAG_KEY) == 0);
        if (!awaitKey) {
          packetizer.write(packet);
          mount.framesSent().incrementAndGet();
        }
        av_packet_unref(packet);
      }
    } finally {
      mount.watching().decrementAndGet();
      av_packet_free(packet);
    }
  }

  private long due(long dts, AVRational timeBase) {
    return (long) (1e9 * dts * timeBase.num() / timeBase.den() / mount.pace());
  }

  /** Keeps a stalled stream without a pace from spinning. */
  private boolean rest() throws InterruptedException {
    return Double.isInfinite(mount.pace()) && stopped.await(10, TimeUnit.MILLISECONDS);
  }

  /** Waits; true if the stream was stopped meanwhile. */
  private boolean waitUntil(long nanos) throws InterruptedException {
    long left = nanos - System.nanoTime();
    return left > 0 ? stopped.await(left, TimeUnit.NANOSECONDS) : stopped.getCount() == 0;
  }

  /** Loses packets while the mount's fault says so; always the same ones in a stream. */
  private record LossySink(Mount mount, PacketSink next, Random random) implements PacketSink {
    @Override
    public void send(byte[] packet, int length, boolean rtcp) throws IOException {
      if (rtcp || mount.fault() != Fault.PACKET_LOSS || random.nextDouble() >= LOSS) {
        next.send(packet, length, rtcp);
      }
    }

    @Override
    public void flush() throws IOException {
      next.flush();
    }

    @Override
    public void close() {
      next.close();
    }
  }
}
