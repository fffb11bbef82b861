package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * Plays a mount's clip to one client, from its first frame and for ever. {@link #play} runs on the
 * stream's own thread until {@link #stop} or until the client is gone.
 */
final class ClipStream {
  private final Mount mount;
  private final PacketSink sink;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private ClipReader reader;
  private RtpPacketizer packetizer;
  private Mount.Programme playing;
  private long offset;
  private long lastDts = Long.MIN_VALUE / 2;

  ClipStream(Mount mount, PacketSink sink) {
    this.mount = mount;
    this.sink = new FaultySink(mount, new ClockSink(mount.clock(), sink));
  }

  void stop() {
    stopped.countDown();
  }

  /** Throws when the client does not take its packets any more or the clip cannot be read. */
  void play() throws IOException, InterruptedException {
    AVPacket packet = av_packet_alloc();
    mount.watching().incrementAndGet();
    try {
      long started = System.nanoTime();
      boolean awaitKey = true;
      while (stopped.getCount() > 0) {
        followProgramme();
        reader.next(packet);
        shift(packet);
        if (waitUntil(started + due(packet.dts())) || (mount.isStalled() && rest())) {
          return;
        }
        // A stalled camera goes on filming: what falls into the stall is lost, and a decoder can
        // start again only at a key frame.
        awaitKey = mount.isStalled() || (awaitKey && (packet.flags() & AV_PKT_FLAG_KEY) == 0);
        if (!awaitKey) {
          packetizer.write(packet);
          mount.framesSent().incrementAndGet();
        }
        av_packet_unref(packet);
      }
    } finally {
      mount.watching().decrementAndGet();
      av_packet_free(packet);
      closeClip();
      closePacketizer();
    }
  }

  /** Puts the clip behind the one before it; a clip with B-frames starts to decode before pts 0. */
  private void shift(AVPacket packet) {
    offset = Math.max(offset, lastDts + 1 - packet.dts());
    packet.pts(packet.pts() + offset);
    packet.dts(packet.dts() + offset);
    lastDts = packet.dts();
  }

  /**
   * Takes the mount's new clip when there is one. The stream goes on if the codec is the same, as
   * parameter sets travel with each key frame; packets of another codec come as of a new stream.
   */
  private void followProgramme() throws IOException {
    Mount.Programme wanted = mount.programme();
    if (wanted == playing) {
      return;
    }
    if (reader != null) {
      offset += reader.end();
      closeClip();
    }
    reader = new ClipReader(wanted.clip());
    if (playing == null || wanted.codec() != playing.codec()) {
      closePacketizer();
      packetizer =
          new RtpPacketizer(reader.parameters(), ClipReader.TIME_BASE, mount.pace() == 1, sink);
    }
    playing = wanted;
  }

  private void closeClip() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private void closePacketizer() {
    if (packetizer != null) {
      packetizer.close();
      packetizer = null;
    }
  }

  private long due(long dts) {
    return (long) (1e9 * dts / CameraClock.TICKS_PER_SECOND / mount.pace());
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
}
