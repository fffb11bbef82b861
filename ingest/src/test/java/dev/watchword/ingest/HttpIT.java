package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CaptureClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpIT {
  @TempDir static Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void shut() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aClipOfKnownLengthIsARecording() throws Exception {
    Path clip = Clips.drawn(directory, 160, 120, 10, 2);
    server.createContext("/clip.mp4", exchange -> sendRange(exchange, Files.readAllBytes(clip)));

    try (FrameSource source = open("/clip.mp4", (time, stop) -> {})) {
      assertThat(source.isFinite()).isTrue();
      Frame frame = source.next();
      assertThat(frame.clock()).isEqualTo(CaptureClock.CONTAINER);
      for (int i = 1; i < 20; i++) {
        frame = source.next();
      }
      assertThat(frame.ptsMicros()).isEqualTo(1_900_000);
      assertThat(failure(source)).isEqualTo(CameraCause.ENDED);
    }
  }

  @Test
  void framesOfAnMjpegCameraAreTimedByTheirArrival() throws Exception {
    server.createContext("/video.mjpg", HttpIT::sendMjpeg);

    try (FrameSource source = open("/video.mjpg", Pause.real())) {
      assertThat(source.isFinite()).isFalse();
      Frame frame = source.next();
      assertThat(frame.codec()).isEqualTo("mjpeg");
      assertThat(frame.keyFrame()).isTrue();
      long start = System.nanoTime();
      long first = frame.ptsMicros();
      for (int i = 0; i < 8; i++) {
        frame = source.next();
      }
      long waited = (System.nanoTime() - start) / 1000;
      assertThat(frame.ptsMicros() - first).isBetween(waited - 200_000, waited + 1000);
      assertThat(frame.clock()).isEqualTo(CaptureClock.ARRIVAL);
    }
  }

  @Test
  void tellsRefusalFromAbsence() {
    server.createContext(
        "/private",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(401, -1);
          }
        });

    assertThat(CameraProbe.probe(camera("/private")).cause()).isEqualTo(CameraCause.AUTH_FAILED);
    assertThat(CameraProbe.probe(camera("/none")).cause()).isEqualTo(CameraCause.NOT_FOUND);
  }

  @Test
  void aPlaylistCannotReachLocalFiles() throws Exception {
    Path clip = Clips.drawn(directory, 160, 120, 10, 2);
    String playlist =
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://" + clip + "\n#EXT-X-ENDLIST\n";
    server.createContext(
        "/live.m3u8", exchange -> sendRange(exchange, playlist.getBytes(StandardCharsets.UTF_8)));

    assertThat(CameraProbe.probe(camera("/live.m3u8")).ok()).isFalse();
  }

  private CameraConfig camera(String path) {
    return Clips.camera("gate", "http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private FrameSource open(String path, Pause pause) throws SourceFailure {
    return FfmpegSource.opener(Clock.systemUTC(), pause).open(camera(path), new StopSignal());
  }

  private static CameraCause failure(FrameSource source) {
    try {
      source.next();
      return CameraCause.NONE;
    } catch (SourceFailure failure) {
      return failure.kind();
    }
  }

  static void sendRange(HttpExchange exchange, byte[] content) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
      exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
      exchange.getResponseBody().write(content, from, content.length - from);
    }
  }

  /** About ten frames a second, until the client has gone. */
  private static void sendMjpeg(HttpExchange exchange) throws IOException {
    AVFrame picture = Pictures.solid(64, 48, 90, 128, 128, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
    try (exchange;
        JpegEncoder encoder = new JpegEncoder(0, 3);
        OutputStream body = exchange.getResponseBody()) {
      byte[] jpeg = encoder.encode(picture).bytes();
      exchange.getResponseHeaders().set("Content-Type", "multipart/x-mixed-replace;boundary=frame");
      exchange.sendResponseHeaders(200, 0);
      String head =
          "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + jpeg.length + "\r\n\r\n";
      while (!Thread.interrupted()) {
        body.write(head.getBytes(StandardCharsets.US_ASCII));
        body.write(jpeg);
        body.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        body.flush();
        LockSupport.parkNanos(100_000_000);
      }
    } finally {
      av_frame_free(picture);
    }
  }
}
