package dev.watchword.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Rewrites the times of one stream's packets by the camera's clock: the timestamp of RTP (RFC 3550
 * section 5.1) and the NTP and RTP timestamps of sender reports (section 6.4.1).
 */
final class ClockSink implements PacketSink {
  private static final int RTP_TIMESTAMP = 4;
  private static final int SENDER_REPORT = 200;
  private static final int REPORT_NTP = 8;
  private static final int REPORT_RTP = 16;
  private static final int SENDER_REPORT_BYTES = 28;

  private final CameraClock clock;
  private final PacketSink next;
  private boolean started;
  private int first;
  private int last;
  private long elapsed;
  private int shift;
  private int restartsSeen;
  private int shown;
  private boolean reported;
  private long firstReport;

  ClockSink(CameraClock clock, PacketSink next) {
    this.clock = clock;
    this.next = next;
    this.restartsSeen = clock.restart().number();
  }

  @Override
  public void send(byte[] packet, int length, boolean rtcp) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(packet, 0, length);
    if (!rtcp) {
      bytes.putInt(RTP_TIMESTAMP, media(bytes.getInt(RTP_TIMESTAMP)));
    } else if (length >= SENDER_REPORT_BYTES && (packet[1] & 0xff) == SENDER_REPORT) {
      bytes.putLong(REPORT_NTP, wall(bytes.getLong(REPORT_NTP)));
      bytes.putInt(REPORT_RTP, drifted(bytes.getInt(REPORT_RTP)) + shift + clock.jumpTicks());
    }
    next.send(packet, length, rtcp);
  }

  private int media(int ticks) {
    int drifted = drifted(ticks);
    CameraClock.Restart restart = clock.restart();
    if (restart.number() != restartsSeen) {
      restartsSeen = restart.number();
      shift = restart.ticks() - drifted - clock.jumpTicks();
    }
    if (!clock.isStanding()) {
      shown = drifted + shift + clock.jumpTicks();
    }
    return shown;
  }

  private int drifted(int ticks) {
    if (!started) {
      started = true;
      first = ticks;
      last = ticks;
    }
    elapsed += ticks - last; // right also where the 32 bits wrap
    last = ticks;
    return first + (int) (long) (elapsed * (1 + clock.drift()));
  }

  /** NTP: seconds since 1900 in 32.32 fixed point. */
  private long wall(long ntp) {
    if (!reported) {
      reported = true;
      firstReport = ntp;
    }
    Duration offset = clock.wallOffset();
    long ahead = (offset.getSeconds() << 32) + (long) (offset.getNano() * (0x1p32 / 1e9));
    return ntp + ahead + (long) ((ntp - firstReport) * clock.drift());
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
