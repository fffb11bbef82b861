package dev.watchword.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of 127.0.0.1 at which connection attempts get no answer at all, as behind a firewall that
 * drops packets: its queue of connections is full and nobody takes one out of it. Linux drops what
 * comes after; elsewhere the system may refuse it instead. Not thread-safe.
 */
public final class BlackHole implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 64;
  private static final int UNANSWERED_MILLIS = 200;

  private final ServerSocket listener;
  private final List<Socket> queue = new ArrayList<>();

  public BlackHole() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    boolean answered = true;
    while (answered && queue.size() < MOST_CONNECTIONS) {
      answered = connect();
    }
    if (answered) {
      close();
      throw new IOException("This system takes any number of connections; there is no black hole.");
    }
  }

  private boolean connect() throws IOException {
    Socket socket = new Socket();
    queue.add(socket);
    try {
      socket.connect(
          new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()),
          UNANSWERED_MILLIS);
      return true;
    } catch (SocketTimeoutException full) {
      return false;
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : queue) {
      socket.close();
    }
  }
}
