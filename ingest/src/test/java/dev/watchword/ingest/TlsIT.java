package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.watchword.schemas.CameraCause;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose certificate is believed, over each protocol that runs over TLS. */
@Timeout(60)
class TlsIT {
  @TempDir static Path directory;
  private static Path clip;
  private static TlsIdentity own;
  private static TlsIdentity anothers;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private RtspServer rtsp;
  private HttpsServer https;

  @BeforeAll
  static void prepare() throws Exception {
    clip = Clips.drawn(directory, 160, 120, 12, 4);
    own = TlsIdentity.selfSigned(directory);
    anothers = TlsIdentity.selfSigned(directory, "DNS:camera.example");
  }

  @AfterEach
  void shut() throws IOException {
    if (rtsp != null) {
      rtsp.close();
    }
    if (https != null) {
      https.stop(0);
    }
    threads.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsps", "https"})
  void aCertificateThatTheFileNamesIsBelieved(String scheme) throws Exception {
    String url = serve(scheme, own);
    assertThat(probe(url, "tls-ca: '" + own.certificate() + "'").sentence())
        .endsWith("gives 160x120 h264");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsps", "https"})
  void aCertificateThatNobodyHasSignedIsNotBelieved(String scheme) throws Exception {
    String url = serve(scheme, own);
    CameraProbe.Probe probe = probe(url, "tls: verify");
    assertThat(probe.cause()).isEqualTo(CameraCause.UNTRUSTED);
    assertThat(probe.sentence())
        .isEqualTo(
            url
                + " shows a certificate that cannot be trusted: it is signed by nobody known, has"
                + " expired, or is another host's; name its authority or itself in the camera's"
                + " tls-ca, or set tls: insecure");
    assertThat(probe(url, "picture: 320").cause())
        .as("by default")
        .isEqualTo(CameraCause.UNTRUSTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsps", "https"})
  void aCertificateOfAnotherHostIsNotBelieved(String scheme) throws Exception {
    String url = serve(scheme, anothers).replace("127.0.0.1", "localhost");
    assertThat(probe(url, "tls-ca: '" + anothers.certificate() + "'").cause())
        .isEqualTo(CameraCause.UNTRUSTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsps", "https"})
  void aCertificateOfTheRightHostIsBelieved(String scheme) throws Exception {
    TlsIdentity local = TlsIdentity.selfSigned(directory, "DNS:localhost");
    String url = serve(scheme, local).replace("127.0.0.1", "localhost");
    assertThat(probe(url, "tls-ca: '" + local.certificate() + "'").ok()).isTrue();
  }

  @Test
  void anAddressIsNotVouchedForByTheSystemsAuthorities() {
    assertThat(TlsConfig.DEFAULT.trusted("10.0.0.7")).doesNotExist();
    assertThat(TlsConfig.DEFAULT.trusted("fe80::1")).doesNotExist();
    Path system = TlsConfig.DEFAULT.trusted("camera.example");
    Assumptions.assumeTrue(Files.exists(system), "this system has no file of authorities");
    assertThat(system).isNotEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsps", "https"})
  void anyCertificateWillDoWhereTheFileSaysSo(String scheme) throws Exception {
    assertThat(probe(serve(scheme, anothers), "tls: insecure").sentence())
        .endsWith("gives 160x120 h264");
  }

  @Test
  void aTrustedPlaylistCannotLeadToAnUntrustedServer() throws Exception {
    Path segments = Files.createDirectories(directory.resolve("hls"));
    Pusher.write(clip, segments.resolve("gate.m3u8"), "hls");
    HttpsServer second = https(anothers, segments);
    try {
      String there = "https://127.0.0.1:" + second.getAddress().getPort() + "/";
      https = https(own, directory);
      String playlist =
          Files.readString(segments.resolve("gate.m3u8")).replaceAll("(?m)^([^#])", there + "$1");
      Files.writeString(directory.resolve("gate.m3u8"), playlist, StandardCharsets.UTF_8);
      String url = "https://127.0.0.1:" + https.getAddress().getPort() + "/gate.m3u8";

      assertThat(probe(url, "tls: insecure").ok()).isTrue();
      assertThat(probe(url, "tls-ca: '" + own.certificate() + "'").cause())
          .isEqualTo(CameraCause.UNTRUSTED);
    } finally {
      second.stop(0);
    }
  }

  private static CameraProbe.Probe probe(String url, String tls) {
    return CameraProbe.probe(Clips.configured("url: '" + url + "', " + tls));
  }

  private String serve(String scheme, TlsIdentity identity) throws Exception {
    if (scheme.equals("rtsps")) {
      rtsp = new RtspServer(0, identity.context());
      rtsp.mount("gate", clip);
      return rtsp.url("gate");
    }
    https = https(identity, clip.getParent());
    return "https://127.0.0.1:" + https.getAddress().getPort() + "/" + clip.getFileName();
  }

  private HttpsServer https(TlsIdentity identity, Path files) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            HttpIT.sendRange(
                exchange,
                Files.readAllBytes(files.resolve(exchange.getRequestURI().getPath().substring(1))));
          }
        });
    server.start();
    return server;
  }
}
