package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Hands a camera's packets to the thread that records them. Bounded: a disk that is too slow costs
 * recorded packets, up to the next key frame that finds room, and never holds the camera up. Filled
 * by one thread, emptied by another.
 */
final class PacketQueue implements PacketTap, AutoCloseable {
  static final long MOST_BYTES = 16L << 20;
  static final int MOST_PACKETS = 1000;

  /** What the recording thread gets; it frees what it holds. */
  sealed interface Item {}

  /** A session begins. */
  record Opened(String session, AVCodecParameters parameters, AVRational timeBase)
      implements Item {}

  record Packet(AVPacket packet, long capturedAtMicros) implements Item {
    boolean isKey() {
      return (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    }
  }

  /** The session is over, or packets are missing: what follows begins with a key frame. */
  record Gap() implements Item {}

  private final Runnable dropped;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Queue<Item> items = new ArrayDeque<>();
  private long bytes;
  private boolean dropping;
  private boolean closed;

  /**
   * @param dropped runs for each packet that finds no room
   */
  PacketQueue(Runnable dropped) {
    this.dropped = dropped;
  }

  @Override
  public void opened(String session, AVCodecParameters parameters, AVRational timeBase) {
    AVCodecParameters copy = avcodec_parameters_alloc();
    avcodec_parameters_copy(copy, parameters);
    add(new Opened(session, copy, av_make_q(timeBase.num(), timeBase.den())));
  }

  @Override
  public void packet(AVPacket packet, long capturedAtMicros) {
    boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    if (!hasRoomFor(packet, key)) {
      dropped.run();
      return;
    }
    add(new Packet(av_packet_clone(packet), capturedAtMicros));
  }

  private boolean hasRoomFor(AVPacket packet, boolean key) {
    lock.lock();
    try {
      boolean full = bytes + packet.size() > MOST_BYTES || items.size() >= MOST_PACKETS;
      if (full && !dropping) {
        items.add(new Gap());
      }
      dropping = full || (dropping && !key);
      return !dropping;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closed() {
    add(new Gap());
  }

  private void add(Item item) {
    lock.lock();
    try {
      if (closed) {
        free(item);
        return;
      }
      items.add(item);
      bytes += size(item);
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The next item, which is the caller's from then on; null when none comes in time. */
  Item poll(Duration limit) {
    lock.lock();
    try {
      if (items.isEmpty() && !closed) {
        filled.await(limit.toNanos(), TimeUnit.NANOSECONDS);
      }
      Item item = items.poll();
      bytes -= item == null ? 0 : size(item);
      return item;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  private static long size(Item item) {
    return item instanceof Packet packet ? packet.packet().size() : 0;
  }

  static void free(Item item) {
    switch (item) {
      case Packet packet -> av_packet_free(packet.packet());
      case Opened opened -> avcodec_parameters_free(opened.parameters());
      case Gap gap -> {}
    }
  }

  /** Takes nothing more; what is left can still be polled, without waiting. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      filled.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
