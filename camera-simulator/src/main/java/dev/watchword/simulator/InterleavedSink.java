package dev.watchword.simulator;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Packets framed by {@code $}, channel and length inside the RTSP connection. Shares the
 * connection's lock with the answers.
 */
final class InterleavedSink implements PacketSink {
  private final OutputStream out;
  private final RtspTransport.Interleaved channels;

  /**
   * Does not own the stream.
   *
   * @param out buffered; also the lock under which whole packets and answers are written
   */
  InterleavedSink(OutputStream out, RtspTransport.Interleaved channels) {
    this.out = out;
    this.channels = channels;
  }

  @Override
  public void send(byte[] packet, int length, boolean rtcp) throws IOException {
    synchronized (out) {
      out.write('$');
      out.write(rtcp ? channels.rtcp() : channels.rtp());
      out.write(length >>> 8);
      out.write(length);
      out.write(packet, 0, length);
    }
  }

  @Override
  public void flush() throws IOException {
    synchronized (out) {
      out.flush();
    }
  }

  @Override
  public void close() {}
}
