package dev.watchword.console;

import static dev.watchword.console.Records.START;
import static dev.watchword.console.Records.answer;
import static dev.watchword.console.Records.detection;
import static dev.watchword.console.Records.frame;
import static dev.watchword.console.Records.id;
import static dev.watchword.console.Records.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.service.config.ConfigException;
import io.prometheus.client.CollectorRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleServerIT {
  private static final long LIMIT_SECONDS = 20;

  private final MovableClock clock = new MovableClock(START);
  private final CollectorRegistry registry = new CollectorRegistry();
  private final ConsoleMetrics metrics = new ConsoleMetrics(registry);
  private final Viewers viewers = new Viewers(metrics);
  private final LiveView view =
      new LiveView(clock, LiveView.Limits.DEFAULT, metrics, viewers::accept);
  private final ConsoleServer server =
      new ConsoleServer(new ConsoleConfig("127.0.0.1", 0), view, viewers, metrics);
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void servesThePageWithoutAnythingFromElsewhere() throws Exception {
    HttpResponse<String> page = get("");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(page.body()).contains("waiting for cameras").doesNotContain("http://", "https://");

    for (String script : List.of("console", "connection", "grid", "tile", "boxes", "feed")) {
      HttpResponse<String> module = get(script + ".js");
      assertThat(module.statusCode()).as(script).isEqualTo(200);
      assertThat(module.headers().firstValue("Content-Type").orElse("")).contains("javascript");
    }
    assertThat(get("console.css").headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/css");
    assertThat(get("mark.svg").headers().firstValue("Content-Type").orElse(""))
        .startsWith("image/svg+xml");
  }

  @Test
  void listsCamerasAndDetections() throws Exception {
    view.status(status("gate", CameraState.LIVE, CameraCause.NONE, ""));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    view.answer(answer(id("yard", 0), detection("car", 0, 0, 1, 1)));

    JsonNode camera = json(get("api/cameras")).at("/cameras/0");
    assertThat(camera.get("camera").textValue()).isEqualTo("gate");
    assertThat(camera.get("state").textValue()).isEqualTo("LIVE");
    assertThat(camera.get("url").textValue()).isEqualTo("rtsp://10.0.0.7/gate");

    JsonNode all = json(get("api/detections")).get("detections");
    assertThat(all).hasSize(2);
    assertThat(all.at("/0/label").textValue()).isEqualTo("car");
    JsonNode one = json(get("api/detections?camera=gate&limit=1")).get("detections");
    assertThat(one).hasSize(1);
    assertThat(one.at("/0/camera").textValue()).isEqualTo("gate");
  }

  @Test
  void givesTheLatestPicture() throws Exception {
    view.frame(frame("loading dock", 3));
    HttpResponse<byte[]> picture =
        client.send(
            request("api/cameras/loading%20dock/latest.jpg").build(), BodyHandlers.ofByteArray());
    assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/jpeg");
    assertThat(picture.body()).isEqualTo(Records.picture(3, 100));
  }

  @Test
  void explainsWhatItCannotServe() throws Exception {
    view.status(status("gate", CameraState.CONNECTING, CameraCause.NONE, ""));
    assertError(get("api/cameras/door/latest.jpg"), 404, "There is no camera 'door'.");
    assertError(
        get("api/cameras/gate/latest.jpg"), 404, "Camera 'gate' has not sent a picture yet.");
    assertError(
        get("api/detections?limit=201"), 400, "limit is a whole number from 1 to 200, not '201'.");
    assertError(get("api/nothing"), 404, "There is nothing at /api/nothing.");
  }

  @Test
  void refusesPagesOfOtherSites() throws Exception {
    HttpResponse<String> refused =
        client.send(
            request("api/cameras").header("Origin", "http://other.example").build(),
            BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(403);

    assertThatThrownBy(
            () ->
                client
                    .newWebSocketBuilder()
                    .header("Origin", "http://other.example")
                    .buildAsync(live(), new Browser())
                    .join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    assertThat(registry.getSampleValue("watchword_console_requests_refused_total")).isEqualTo(2);
  }

  @Test
  void refusesANameThatWasReboundToLoopback() throws Exception {
    try (Socket socket =
        raw("GET /api/cameras HTTP/1.1", "Host: rebound.example", "Connection: close")) {
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 403").contains("answers only to localhost");
    }
  }

  @Test
  void doesNotDeflatePictures() throws Exception {
    try (Socket socket =
            raw(
                "GET /live HTTP/1.1",
                "Host: localhost",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Extensions: permessage-deflate");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      List<String> head = lines.lines().takeWhile(line -> !line.isEmpty()).toList();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 101");
      assertThat(head).noneMatch(line -> line.contains("permessage-deflate"));
    }
  }

  private Socket raw(String... lines) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    String request = String.join("\r\n", lines) + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void pushesStatesAndPictures() throws Exception {
    view.status(status("gate", CameraState.CONNECTING, CameraCause.NONE, ""));
    Browser browser = new Browser();
    WebSocket socket = browser.open();
    assertThat(browser.text().at("/cameras/0/state").textValue()).isEqualTo("CONNECTING");

    view.status(status("gate", CameraState.LIVE, CameraCause.NONE, ""));
    JsonNode change = browser.text();
    assertThat(change.get("type").textValue()).isEqualTo("camera");
    assertThat(change.at("/camera/state").textValue()).isEqualTo("LIVE");

    view.frame(frame("gate", 5));
    view.answer(answer(id("gate", 5), detection("person", 0, 0.5, 0.5, 1)));
    view.flush();
    ByteBuffer picture = browser.binary();
    byte[] header = new byte[picture.getInt()];
    picture.get(header);
    JsonNode read = Message.JSON.readTree(header);
    assertThat(read.get("sequence").longValue()).isEqualTo(5);
    assertThat(read.at("/boxes/0/label").textValue()).isEqualTo("person");
    assertThat(picture).isEqualTo(ByteBuffer.wrap(Records.picture(5, 100)));
    socket.abort();
  }

  @Test
  void givesALateBrowserThePictureOnShow() throws Exception {
    view.frame(frame("gate", 5));
    view.answer(answer(id("gate", 5)));
    view.flush();

    Browser browser = new Browser();
    WebSocket socket = browser.open();
    assertThat(browser.text().get("type").textValue()).isEqualTo("overview");
    assertThat(browser.binary().remaining()).isGreaterThan(100);
    socket.abort();
  }

  @Test
  void dropsOldPicturesForABrowserThatDoesNotRead() throws Exception {
    Browser stuck = new Browser();
    stuck.reading = false;
    WebSocket stuckSocket = stuck.open();
    Browser brisk = new Browser();
    WebSocket briskSocket = brisk.open();
    assertThat(brisk.text().get("type").textValue()).isEqualTo("overview");

    // More than the socket buffers on both sides can take.
    int frames = 120;
    for (int sequence = 0; sequence < frames; sequence++) {
      view.frame(frame(id("gate", sequence), START, Records.picture(sequence, 200_000)));
      view.answer(answer(id("gate", sequence)));
      view.flush();
      assertThat(sequence(brisk.binary())).isEqualTo(sequence);
    }
    assertThat(
            registry.getSampleValue(
                "watchword_console_frames_dropped_total",
                new String[] {"reason"},
                new String[] {"slow_viewer"}))
        .isGreaterThan(10);
    stuckSocket.abort();
    briskSocket.abort();
  }

  @Test
  void namesTheWayOutWhenThePortIsTaken() {
    ConsoleConfig taken = new ConsoleConfig("127.0.0.1", server.port());
    ConsoleServer second = new ConsoleServer(taken, view, viewers, metrics);
    assertThatThrownBy(second::start)
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "console.listen: 127.0.0.1:%d is taken by another program; stop that one, or set"
                + " another port (0 takes a free one)",
            server.port());
    second.close();
  }

  @Test
  void cannotBeReachedFromOutside() throws Exception {
    List<InetAddress> outside =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .toList();
    for (InetAddress address : outside) {
      try (Socket socket = new Socket()) {
        assertThatThrownBy(
                () -> socket.connect(new InetSocketAddress(address, server.port()), 2_000))
            .isInstanceOf(ConnectException.class);
      }
    }
    assertThat(server.address()).isEqualTo(URI.create("http://127.0.0.1:" + server.port() + "/"));
  }

  private static long sequence(ByteBuffer message) throws IOException {
    byte[] header = new byte[message.getInt()];
    message.get(header);
    return Message.JSON.readTree(header).get("sequence").longValue();
  }

  private static void assertError(HttpResponse<String> answer, int status, String sentence)
      throws IOException {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(json(answer).get("error").textValue()).isEqualTo(sentence);
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    return Message.JSON.readTree(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.address().resolve(path));
  }

  private URI live() {
    return URI.create("ws://127.0.0.1:" + server.port() + "/live");
  }

  /** Collects what a browser would get. */
  private final class Browser implements WebSocket.Listener {
    private final BlockingQueue<JsonNode> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<ByteBuffer> binaries = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private ByteBuffer binary = ByteBuffer.allocate(1 << 20);
    private boolean reading = true;

    WebSocket open() {
      return client.newWebSocketBuilder().buildAsync(live(), this).join();
    }

    JsonNode text() throws Exception {
      return within(texts.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    ByteBuffer binary() throws Exception {
      return within(binaries.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    private static <T> T within(T message) throws TimeoutException {
      if (message == null) {
        throw new TimeoutException("no message in " + LIMIT_SECONDS + " s");
      }
      return message;
    }

    @Override
    public void onOpen(WebSocket socket) {
      if (reading) {
        socket.request(1);
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          texts.add(Message.JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
      binary.put(part);
      if (last) {
        binaries.add(binary.flip());
        binary = ByteBuffer.allocate(1 << 20);
      }
      socket.request(1);
      return null;
    }
  }
}
