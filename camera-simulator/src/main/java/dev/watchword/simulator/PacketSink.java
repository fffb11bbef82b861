package dev.watchword.simulator;

import java.io.IOException;

/** Where a client's RTP and RTCP packets go. Used by one thread, closed by another. */
interface PacketSink extends AutoCloseable {
  /** Takes packets and does nothing with them. */
  PacketSink NOWHERE =
      new PacketSink() {
        @Override
        public void send(byte[] packet, int length, boolean rtcp) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Sends the first {@code length} bytes of {@code packet}. */
  void send(byte[] packet, int length, boolean rtcp) throws IOException;

  /** Called after each access unit. */
  void flush() throws IOException;

  @Override
  void close();
}
