package dev.watchword.simulator;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Packets to a client's pair of UDP ports, from a pair of our own. */
final class UnicastSink implements PacketSink {
  private final DatagramSocket rtp;
  private final DatagramSocket rtcp;
  private final InetSocketAddress rtpTarget;
  private final InetSocketAddress rtcpTarget;

  UnicastSink(InetAddress local, InetAddress client, RtspTransport.Unicast ports)
      throws IOException {
    rtp = new DatagramSocket(0, local);
    try {
      rtcp = new DatagramSocket(0, local);
    } catch (IOException e) {
      rtp.close();
      throw e;
    }
    rtpTarget = new InetSocketAddress(client, ports.rtp());
    rtcpTarget = new InetSocketAddress(client, ports.rtcp());
  }

  String serverPorts() {
    return rtp.getLocalPort() + "-" + rtcp.getLocalPort();
  }

  @Override
  public void send(byte[] packet, int length, boolean control) throws IOException {
    if (control) {
      rtcp.send(new DatagramPacket(packet, length, rtcpTarget));
    } else {
      rtp.send(new DatagramPacket(packet, length, rtpTarget));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    rtp.close();
    rtcp.close();
  }
}
