package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import com.sun.net.httpserver.HttpServer;
import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.TlsIdentity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each kind of source from a peer of its own: FFmpeg's muxers as pushers, the JDK's HTTP server.
 */
class SourcesIT {
  @TempDir static Path directory;
  private static Path clip;

  @BeforeAll
  static void draw() throws IOException {
    clip = Clips.drawn(directory, 160, 120, 12, 4);
  }

  @Test
  @Execution(CONCURRENT)
  void transportStreamOverUdp() throws IOException {
    int port = freeUdpPort();
    reads("udp://127.0.0.1:" + port, "udp://127.0.0.1:" + port + "?pkt_size=1316", "mpegts", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void transportStreamOverTcp() throws IOException {
    int port = freePort();
    reads("tcp://127.0.0.1:" + port, "tcp://127.0.0.1:" + port + "?listen=1", "mpegts", clip);
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void transportStreamOf(EncodedClip encoded) throws IOException {
    int port = freePort();
    reads(
        "tcp://127.0.0.1:" + port,
        "tcp://127.0.0.1:" + port + "?listen=1",
        "mpegts",
        encoded.in(directory));
  }

  @Test
  @Execution(CONCURRENT)
  void transportStreamOverTcpThatIsPushed() throws IOException {
    int port = freePort();
    reads(listening("tcp://127.0.0.1:" + port), "tcp://127.0.0.1:" + port, "mpegts", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void srt() throws IOException {
    int port = freeUdpPort();
    reads("srt://127.0.0.1:" + port, "srt://127.0.0.1:" + port + "?mode=listener", "mpegts", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void srtThatIsPushed() throws IOException {
    int port = freeUdpPort();
    reads(listening("srt://127.0.0.1:" + port), "srt://127.0.0.1:" + port, "mpegts", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void rtmpThatIsPushed() throws IOException {
    int port = freePort();
    String url = "rtmp://127.0.0.1:" + port + "/live/gate";
    reads(listening(url), url, "flv", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void rtmpThatIsPulled() throws IOException {
    int port = freePort();
    String url = "rtmp://127.0.0.1:" + port + "/live/gate";
    reads(url, url, "flv", clip, "-listen", "1");
  }

  @Test
  @Execution(CONCURRENT)
  void httpThatIsPushed() throws IOException {
    int port = freePort();
    String url = "http://127.0.0.1:" + port + "/gate";
    reads(listening(url), url, "mpegts", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void rtspThatIsPushed() throws IOException {
    int port = freePort();
    String url = "rtsp://127.0.0.1:" + port + "/gate";
    reads(listening(url), url, "rtsp", clip);
  }

  @Test
  @Execution(CONCURRENT)
  void httpLiveStream() throws IOException {
    Path segments = Files.createDirectories(directory.resolve("hls"));
    Pusher.write(clip, segments.resolve("gate.m3u8"), "hls");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] content =
                Files.readAllBytes(
                    segments.resolve(exchange.getRequestURI().getPath().substring(1)));
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          }
        });
    server.start();
    try (Watch watch =
        new Watch(
            Watch.quick("http://127.0.0.1:" + server.getAddress().getPort() + "/gate.m3u8"))) {
      watch.awaitLive().awaitFrames(10);
    } finally {
      server.stop(0);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void folderOfImages() throws IOException {
    Path images = Files.createDirectories(directory.resolve("images"));
    Pusher.write(clip, images.resolve("%03d.jpg"), "image2");
    try (Watch watch = new Watch(Watch.quick(images.toString()))) {
      watch.awaitState("ENDED ENDED");
      List<SampledFrame> frames = watch.topics.frames();
      assertThat(frames).hasSize(48);
      assertThat(frames.getFirst().getCodec()).isEqualTo("mjpeg");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void rtspOverTls() throws Exception {
    TlsIdentity identity = TlsIdentity.selfSigned(directory);
    try (RtspServer server = new RtspServer(0, identity.context())) {
      server.mount("gate", clip, new RtspCredentials("guard", "s3cret"));
      String url = server.url("gate").replace("//", "//guard:s3cret@");
      String keys = "url: '" + url + "', tls-ca: '" + identity.certificate() + "'";
      try (Watch watch = new Watch(Clips.configured(keys))) {
        watch.awaitLive().awaitFrames(6);
      }
    }
  }

  private static CameraConfig listening(String url) {
    return Watch.quick(url).withTransport(Transport.LISTEN).withTimeouts(Duration.ofSeconds(5));
  }

  private static void reads(
      String camera, String peer, String format, Path clip, String... options) {
    reads(Watch.quick(camera).withTimeouts(Duration.ofSeconds(5)), peer, format, clip, options);
  }

  private static void reads(
      CameraConfig camera, String peer, String format, Path clip, String... options) {
    try (Pusher pusher = Pusher.start(clip, peer, format, options);
        Watch watch = new Watch(camera)) {
      watch.awaitLive().awaitFrames(6);
      assertThat(watch.topics.frames()).extracting(SampledFrame::getPtsMicros).isSorted();
      assertThat(watch.topics.frames()).extracting(SampledFrame::getCapturedAt).isSorted();
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static int freeUdpPort() throws SocketException {
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
