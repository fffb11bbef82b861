package dev.watchword.simulator;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: answers its requests on one thread ({@link #serve}) and plays on
 * another. A connection holds one session of one stream, as RTSP clients of cameras use it.
 */
final class RtspConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RtspConnection.class);
  private static final String METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN";

  /** With {@link Fault#MUTE} there is no answer at all. */
  private static final Optional<RtspResponse> SILENCE = Optional.empty();

  private final Socket socket;
  private final SecureRandom random;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Function<String, Mount> mounts;
  private final OutputStream out;
  private final String session;
  private final RtspAuthentication authentication;
  private volatile Mount mount;
  private PacketSink sink;
  private volatile ClipStream stream;
  private Thread player;
  private boolean done;
  private volatile boolean abandoned;

  /** Takes over the socket. {@code mounts} gives the mount of a name, or null. */
  RtspConnection(Socket socket, Function<String, Mount> mounts, SecureRandom random)
      throws IOException {
    this.socket = socket;
    this.random = random;
    this.mounts = mounts;
    socket.setTcpNoDelay(true);
    out = new BufferedOutputStream(socket.getOutputStream(), 65536);
    session = token(random);
    authentication = new RtspAuthentication(token(random));
  }

  private static String token(SecureRandom random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Whether this client asked for that mount. */
  boolean uses(Mount candidate) {
    return mount == candidate;
  }

  /** Answers requests until the client leaves or the socket is closed. */
  void serve() throws IOException {
    RtspRequestReader reader =
        new RtspRequestReader(new BufferedInputStream(socket.getInputStream()));
    try {
      while (!done) {
        RtspRequest request = reader.next();
        if (request == null || refusesService(request)) {
          return;
        }
        awaitThaw(request);
        Optional<RtspResponse> response = answer(request);
        if (response.isPresent()) {
          send(response.get(), request.header("CSeq"));
          startPlayer();
        }
      }
    } catch (RtspSyntaxException e) {
      send(RtspResponse.of(400), null);
    } finally {
      endSession();
    }
  }

  private void send(RtspResponse response, String sequence) throws IOException {
    synchronized (out) {
      out.write(response.toBytes(sequence));
      out.flush();
    }
  }

  private void sendGarbage() throws IOException {
    byte[] bytes = new byte[1000];
    random.nextBytes(bytes);
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  private boolean refusesService(RtspRequest request) {
    Mount wanted = mounts.apply(request.mount());
    return wanted != null && wanted.fault() == Fault.CLOSE;
  }

  /** Leaves a request unanswered while its camera is frozen, and for ever when abandoned. */
  private void awaitThaw(RtspRequest request) throws IOException {
    Mount wanted = mounts.apply(request.mount());
    try {
      while (abandoned || (wanted != null && wanted.fault() == Fault.FREEZE)) {
        if (closed.await(10, TimeUnit.MILLISECONDS)) {
          throw new EOFException("The connection was closed.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EOFException("The connection was closed.");
    }
  }

  private Optional<RtspResponse> answer(RtspRequest request) throws IOException {
    Mount named = mounts.apply(request.mount());
    if (named != null && named.fault() == Fault.GARBAGE) {
      sendGarbage();
      return SILENCE;
    }
    return switch (request.method()) {
      case "OPTIONS" -> Optional.of(RtspResponse.of(200, "Public: " + METHODS));
      case "DESCRIBE", "SETUP", "PLAY" -> {
        Mount wanted = mounts.apply(request.mount());
        if (wanted == null) {
          yield Optional.of(RtspResponse.of(404));
        }
        if (!permits(wanted, request)) {
          yield Optional.of(new RtspResponse(401, challenges(wanted), ""));
        }
        yield answer(request, wanted);
      }
      case "GET_PARAMETER" -> {
        boolean stray = request.header("Session") != null && wrongSession(request);
        yield Optional.of(
            stray ? RtspResponse.of(454) : RtspResponse.of(200, "Session: " + session));
      }
      case "TEARDOWN" -> Optional.of(wrongSession(request) ? RtspResponse.of(454) : tearDown());
      default -> Optional.of(RtspResponse.of(405, "Allow: " + METHODS));
    };
  }

  private Optional<RtspResponse> answer(RtspRequest request, Mount wanted) throws IOException {
    return switch (request.method()) {
      case "DESCRIBE" -> describe(request, wanted);
      case "SETUP" -> Optional.of(setUp(request, wanted));
      default -> Optional.of(wrongSession(request) ? RtspResponse.of(454) : play(wanted));
    };
  }

  private boolean permits(Mount wanted, RtspRequest request) {
    return wanted
        .credentials()
        .map(
            known ->
                authentication.accepts(
                    known, request.method(), request.uri(), request.header("Authorization")))
        .orElse(true);
  }

  private List<String> challenges(Mount wanted) {
    RtspCredentials.Login login =
        wanted.credentials().map(RtspCredentials::login).orElse(RtspCredentials.Login.ANY);
    return authentication.challenges(login).stream()
        .map(value -> "WWW-Authenticate: " + value)
        .toList();
  }

  private Optional<RtspResponse> describe(RtspRequest request, Mount wanted) {
    mount = wanted;
    if (wanted.fault() == Fault.MUTE) {
      return SILENCE;
    }
    String base = request.uri().endsWith("/") ? request.uri() : request.uri() + "/";
    return Optional.of(
        new RtspResponse(
            200,
            List.of("Content-Base: " + base, "Content-Type: application/sdp"),
            wanted.programme().description()));
  }

  private RtspResponse setUp(RtspRequest request, Mount wanted) throws IOException {
    if (request.header("Session") != null) {
      return wrongSession(request) ? RtspResponse.of(454) : RtspResponse.of(459);
    }
    if (stream != null) {
      return RtspResponse.of(455);
    }
    RtspTransport transport = RtspTransport.choose(request.header("Transport")).orElse(null);
    if (transport == null) {
      return RtspResponse.of(461);
    }
    if (sink != null) {
      sink.close();
    }
    mount = wanted;
    return RtspResponse.of(
        200, "Session: " + session + ";timeout=60", "Transport: " + connect(transport));
  }

  private String connect(RtspTransport transport) throws IOException {
    return switch (transport) {
      case RtspTransport.Interleaved channels -> {
        sink = new InterleavedSink(out, channels);
        yield "RTP/AVP/TCP;unicast;interleaved=" + channels.rtp() + "-" + channels.rtcp();
      }
      case RtspTransport.Unicast ports -> {
        UnicastSink unicast =
            new UnicastSink(socket.getLocalAddress(), socket.getInetAddress(), ports);
        sink = unicast;
        yield "RTP/AVP;unicast;client_port="
            + ports.rtp()
            + "-"
            + ports.rtcp()
            + ";server_port="
            + unicast.serverPorts();
      }
    };
  }

  private RtspResponse play(Mount wanted) {
    if (sink == null || wanted != mount) {
      return RtspResponse.of(455);
    }
    if (stream == null) {
      stream = new ClipStream(mount, sink);
    }
    return RtspResponse.of(200, "Session: " + session, "Range: npt=0.000-");
  }

  private RtspResponse tearDown() {
    done = true;
    return RtspResponse.of(200, "Session: " + session);
  }

  private boolean wrongSession(RtspRequest request) {
    String given = request.header("Session");
    return given == null || !given.split(";", 2)[0].trim().equals(session);
  }

  /** Only once the answer to PLAY is out: a client does not expect packets before it. */
  private void startPlayer() {
    if (stream != null && player == null) {
      player =
          Thread.ofPlatform().daemon().name("rtsp-play-" + mount.name()).start(this::runStream);
    }
  }

  private void runStream() {
    try {
      stream.play();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("mount", mount.name()).log("client gone: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!abandoned) {
        close();
      }
    }
  }

  /**
   * Leaves the connection open and dead: nothing is sent or answered any more, and no goodbye. It
   * lasts until {@link #close()} or until the client leaves.
   */
  void abandon() {
    abandoned = true;
    ClipStream playing = stream;
    if (playing != null) {
      playing.stop();
    }
  }

  /**
   * Waits for the player, which frees what it holds: who joins the connection's thread knows that
   * all is gone.
   */
  private void endSession() {
    close();
    if (stream != null) {
      stream.stop();
    }
    if (sink != null) {
      sink.close();
    }
    if (player != null) {
      try {
        player.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Closes the socket, which ends {@link #serve} and the stream; any thread may call it. */
  @Override
  public void close() {
    closed.countDown();
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().log("closing a client's socket: {}", e.getMessage());
    }
  }
}
