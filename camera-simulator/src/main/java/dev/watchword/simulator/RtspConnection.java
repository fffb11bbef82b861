package dev.watchword.simulator;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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
  private final Function<String, Mount> mounts;
  private final OutputStream out;
  private final String session;
  private final RtspAuthentication authentication;
  private volatile Mount mount;
  private PacketSink sink;
  private ClipStream stream;
  private Thread player;
  private boolean done;

  /** Takes over the socket. {@code mounts} gives the mount of a name, or null. */
  RtspConnection(Socket socket, Function<String, Mount> mounts, SecureRandom random)
      throws IOException {
    this.socket = socket;
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

  private boolean refusesService(RtspRequest request) {
    Mount wanted = mounts.apply(request.mount());
    return wanted != null && wanted.fault() == Fault.CLOSE;
  }

  private Optional<RtspResponse> answer(RtspRequest request) throws IOException {
    return switch (request.method()) {
      case "OPTIONS" -> Optional.of(RtspResponse.of(200, "Public: " + METHODS));
      case "DESCRIBE", "SETUP", "PLAY" -> {
        Mount wanted = mounts.apply(request.mount());
        if (wanted == null) {
          yield Optional.of(RtspResponse.of(404));
        }
        if (!permits(wanted, request)) {
          yield Optional.of(new RtspResponse(401, challenges(), ""));
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

  private List<String> challenges() {
    return authentication.challenges().stream().map(value -> "WWW-Authenticate: " + value).toList();
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
            wanted.description()));
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
      close();
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
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().log("closing a client's socket: {}", e.getMessage());
    }
  }
}
