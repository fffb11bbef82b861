package dev.watchword.simulator;

import java.io.IOException;
import java.util.Random;

/**
 * Loses and spoils media packets while the mount's fault says so; always the same ones in a stream.
 */
final class FaultySink implements PacketSink {
  private static final int RTP_HEADER = 12;

  private final Mount mount;
  private final PacketSink next;
  private final Random random = new Random(1);

  FaultySink(Mount mount, PacketSink next) {
    this.mount = mount;
    this.next = next;
  }

  @Override
  public void send(byte[] packet, int length, boolean rtcp) throws IOException {
    Mount.Trouble trouble = mount.trouble();
    if (!rtcp && trouble.rate() > 0 && random.nextDouble() < trouble.rate()) {
      mount.packetsSpoiled().incrementAndGet();
      switch (trouble.fault()) {
        case PACKET_LOSS -> {
          return;
        }
        case BIT_FLIPS -> flip(packet, length);
        case GARBAGE -> scramble(packet, length);
        default -> {}
      }
    }
    next.send(packet, length, rtcp);
  }

  private void flip(byte[] packet, int length) {
    int bit = random.nextInt(8 * (length - RTP_HEADER));
    packet[RTP_HEADER + bit / 8] ^= (byte) (1 << bit % 8);
  }

  private void scramble(byte[] packet, int length) {
    for (int i = 0; i < length; i++) {
      packet[i] = (byte) random.nextInt();
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
