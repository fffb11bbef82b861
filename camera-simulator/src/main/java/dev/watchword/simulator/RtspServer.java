package dev.watchword.simulator;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An RTSP 1.0 server on loopback that plays clips like cameras: H.264, H.265 or Motion JPEG over
 * TCP-interleaved or UDP unicast RTP with sender reports, Digest or Basic authentication, any
 * number of mounts. Each client sees the clip from its first frame, looped for ever with timestamps
 * that go on. Faults are switched on and off per mount, and clocks can be put wrong.
 *
 * <p>Thread-safe. Two daemon threads per client; at most {@value #MOST_CLIENTS} clients, further
 * ones are refused by closing the connection.
 */
public final class RtspServer implements AutoCloseable {
  static final int MOST_CLIENTS = 256;

  /**
   * Pace of a mount that sends as fast as a client reads (TCP) or as this machine can (UDP). Its
   * streams have no sender reports.
   */
  public static final double BURST = Double.POSITIVE_INFINITY;

  private static final Logger LOG = LoggerFactory.getLogger(RtspServer.class);
  private static final long CLOSE_MILLIS = 5000;

  private final ServerSocket listener;
  private final String scheme;
  private final Map<String, Mount> mounts = new ConcurrentHashMap<>();
  private final Set<RtspConnection> connections = ConcurrentHashMap.newKeySet();

  /** Of the connections, also of those that have just ended. */
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private final SecureRandom random = new SecureRandom();
  private final AtomicLong accepted = new AtomicLong();

  /**
   * Starts to listen on 127.0.0.1.
   *
   * @param port 0 takes a free one
   */
  public RtspServer(int port) throws IOException {
    this(port, null);
  }

  /**
   * Starts to listen on 127.0.0.1, for RTSP over TLS ({@code rtsps}).
   *
   * @param port 0 takes a free one
   * @param tls holds the server's certificate; null for plain RTSP
   */
  public RtspServer(int port, SSLContext tls) throws IOException {
    scheme = tls == null ? "rtsp" : "rtsps";
    listener = tls == null ? new ServerSocket() : tls.getServerSocketFactory().createServerSocket();
    listener.setReuseAddress(true);
    try {
      listener.bind(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
    } catch (BindException e) {
      listener.close();
      throw new IOException(
          "Port "
              + port
              + " of 127.0.0.1 is taken; give the camera simulator another, or 0 for a free one.",
          e);
    }
    Thread.ofPlatform().daemon().name("rtsp-accept-" + port()).start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Serves a clip to everyone in real time. */
  public void mount(String name, Path clip) throws IOException {
    mount(name, clip, null, 1);
  }

  /** Serves a clip in real time to those who know the password. */
  public void mount(String name, Path clip, RtspCredentials credentials) throws IOException {
    mount(name, clip, credentials, 1);
  }

  /**
   * Serves a clip.
   *
   * @param name letters, digits, {@code .}, {@code _} and {@code -}
   * @param clip a file with H.264, H.265 or Motion JPEG video, such as an mp4; its audio is ignored
   * @param credentials null lets everyone watch
   * @param pace clip seconds per second; only streams of pace 1 carry sender reports. {@link
   *     #BURST} does not wait at all
   * @throws IOException if the clip cannot be read or has no such video
   */
  public void mount(String name, Path clip, RtspCredentials credentials, double pace)
      throws IOException {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "A mount cannot be called \"" + name + "\": use letters, digits, '.', '_' and '-'.");
    }
    if (!(pace > 0)) {
      throw new IllegalArgumentException(
          "The pace of mount " + name + " is " + pace + "; it must be above 0.");
    }
    if (mounts.putIfAbsent(name, new Mount(name, clip, credentials, pace)) != null) {
      throw new IllegalArgumentException("There is a mount called " + name + " already.");
    }
  }

  /** Address of a mount, without credentials. */
  public String url(String mount) {
    return scheme + "://127.0.0.1:" + port() + "/" + known(mount).name();
  }

  /** Switches what goes wrong with a mount; {@link Fault#NONE} heals it. */
  public void fault(String mount, Fault fault) {
    fault(mount, fault, fault.usualRate());
  }

  /**
   * As {@link #fault(String, Fault)}.
   *
   * @param rate share of the media packets that a fault of packets meets, 0 to 1
   */
  public void fault(String mount, Fault fault, double rate) {
    Mount changed = known(mount);
    changed.trouble(new Mount.Trouble(fault, rate));
    if (fault == Fault.CLOSE) {
      connections.stream()
          .filter(connection -> connection.uses(changed))
          .forEach(RtspConnection::close);
    }
  }

  /** Closes every present connection, once; clients may come back. */
  public void dropClients() {
    connections.forEach(RtspConnection::close);
  }

  /**
   * Leaves every present connection open and dead, once, as a camera does that loses its power:
   * nothing more is sent or answered on them, and no goodbye. Clients may come back.
   */
  public void abandonClients() {
    connections.forEach(RtspConnection::abandon);
  }

  /**
   * Changes what a mount plays, as when somebody changes a camera's settings: present streams go
   * over to the clip without a word, whatever its size and codec; new clients are told.
   */
  public void play(String mount, Path clip) throws IOException {
    known(mount).play(clip);
  }

  /** Changes who may watch a mount, from the next connection on; null lets everyone. */
  public void credentials(String mount, RtspCredentials credentials) {
    known(mount).credentials(credentials);
  }

  /** What a mount takes for the time. */
  public CameraClock clock(String mount) {
    return known(mount).clock();
  }

  /** Media packets that faults have lost or changed on a mount. */
  public long packetsSpoiled(String mount) {
    return known(mount).packetsSpoiled().get();
  }

  /** Connections that are open now. */
  public int clients() {
    return connections.size();
  }

  /** Connections that were ever accepted. */
  public long clientsAccepted() {
    return accepted.get();
  }

  /** Clients to which the mount is playing now. */
  public int watching(String mount) {
    return known(mount).watching().get();
  }

  /** Access units sent on a mount, to all its clients together. */
  public long framesSent(String mount) {
    return known(mount).framesSent().get();
  }

  private Mount known(String name) {
    Mount mount = mounts.get(name);
    if (mount == null) {
      throw new IllegalArgumentException(
          "There is no mount called " + name + "; there are " + Set.copyOf(mounts.keySet()) + ".");
    }
    return mount;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        welcome(listener.accept());
      } catch (IOException e) {
        if (!listener.isClosed()) {
          LOG.atWarn()
              .addKeyValue("port", port())
              .log("cannot accept a client: {}", e.getMessage());
        }
      }
    }
  }

  private void welcome(Socket socket) throws IOException {
    if (connections.size() >= MOST_CLIENTS) {
      socket.close();
      LOG.atWarn().addKeyValue("clients", MOST_CLIENTS).log("client refused, too many");
      return;
    }
    RtspConnection connection = new RtspConnection(socket, mounts::get, random);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("rtsp-client-" + accepted.incrementAndGet())
            .unstarted(() -> serve(connection));
    threads.removeIf(ended -> !ended.isAlive());
    connections.add(connection);
    thread.start();
    threads.add(thread);
    if (listener.isClosed()) {
      connection.close();
    }
  }

  private void serve(RtspConnection connection) {
    try {
      connection.serve();
    } catch (SocketException | EOFException e) {
      LOG.atDebug().log("client gone: {}", e.getMessage());
    } catch (IOException e) {
      LOG.atWarn().log("client dropped: {}", e.getMessage());
    } finally {
      connections.remove(connection);
    }
  }

  /** Stops listening, drops all clients and waits for their threads to free what they hold. */
  @Override
  public void close() throws IOException {
    listener.close();
    connections.forEach(RtspConnection::close);
    long deadline = System.nanoTime() + CLOSE_MILLIS * 1_000_000;
    try {
      for (Thread thread : threads) {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
