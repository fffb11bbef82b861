package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input of each kind gets one clear sentence. */
class CheckCommandIT {
  private static final String PROMPT = "prompts: {people: {text: detect person}}\n";

  @TempDir private static Path shared;
  @TempDir private Path directory;
  private static Path clip;

  @BeforeAll
  static void drawClip() throws IOException {
    clip = SceneClip.cached(shared, new DrawnScene(5, 320, 240, 10, 20));
  }

  private CommandLineRun check(String yaml) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("watchword.yaml"), "data: \"" + directory + "\"\n" + yaml);
    return CommandLineRun.of("check", "-c", file.toString());
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void findsEverythingWellWithAFileAndEmbeddedParts() throws Exception {
    CommandLineRun run = check("cameras: {gate: {url: \"" + clip + "\"}}\n" + PROMPT);

    assertThat(run.exitCode()).as(run.out()).isZero();
    assertThat(run.out().lines()).hasSize(6).allMatch(line -> line.contains(" ok "));
    assertThat(run.line("camera gate")).contains("320x240 h264");
  }

  @Test
  void tellsDeadUrlWrongPasswordCorruptAndMissingFileApart() throws Exception {
    Path corrupt = Files.write(directory.resolve("corrupt.mp4"), new byte[4096]);
    try (RtspServer server = new RtspServer(0)) {
      server.mount("gate", clip, new RtspCredentials("viewer", "right"));
      String url = server.url("gate").replace("rtsp://", "rtsp://viewer:wr0ng@");
      CommandLineRun run =
          check(
              """
              cameras:
                dead: {url: "rtsp://127.0.0.1:%d/live"}
                locked: {url: "%s"}
                corrupt: {url: "%s"}
                missing: {url: "%s"}
                nowhere: {url: "%s"}
              """
                      .formatted(
                          closedPort(),
                          url,
                          corrupt,
                          directory.resolve("no.mp4"),
                          server.url("gate").replace("gate", "other"))
                  + PROMPT);

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out().lines().filter(line -> line.startsWith("camera ")))
          .hasSize(5)
          .allMatch(line -> line.contains(" WRONG "));
      assertThat(run.line("camera dead")).contains("nothing listens");
      assertThat(run.line("camera locked")).contains("password").doesNotContain("wr0ng");
      assertThat(run.line("camera corrupt")).contains("corrupt.mp4");
      assertThat(run.line("camera missing")).contains("no.mp4");
      assertThat(run.line("camera nowhere")).contains("/other");
      assertThat(run.out() + run.err()).doesNotContain("wr0ng").doesNotContain("\tat ");
    }
  }

  @Test
  void showsWhatTheGateOfACameraLetsThrough() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("watchword.yaml"),
            "data: \""
                + directory
                + "\"\ncameras: {gate: {url: \""
                + clip
                + "\", sample: 5/s, gate: {}}}\n"
                + PROMPT);
    Path out = directory.resolve("seen.mp4");

    CommandLineRun run =
        CommandLineRun.of(
            "check", "-c", file.toString(), "--camera", "gate", "--gate", "--out", out.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    // Two seconds of a moving scene at five samples a second.
    assertThat(run.line("gate gate")).contains(" of 10 sampled frames passed").contains("seen.mp4");
    assertThat(check("cameras: {seen: {url: \"" + out + "\"}}\n" + PROMPT).line("camera seen"))
        .contains("320x240 h264");
    CommandLineRun unknown =
        CommandLineRun.of("check", "-c", file.toString(), "--camera", "yard", "--gate");
    assertThat(unknown.exitCode()).isNotZero();
    assertThat(unknown.err()).contains("has no camera named");
  }

  @Test
  void suggestsTheKeyThatWasMeant() throws Exception {
    CommandLineRun run =
        check("cameras:\n  gate:\n    url: " + clip + "\n    smaple: 2/s\n" + PROMPT);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("watchword.yaml:5: cameras.gate.smaple: unknown key; did you mean 'sample'?");
  }

  @Test
  void namesAPromptWithoutAClass() throws Exception {
    CommandLineRun run =
        check("cameras: {gate: {url: \"" + clip + "\"}}\nprompts: {people: {text: detect}}\n");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines()).hasSize(1);
    assertThat(run.out()).contains("prompts.people.text").contains("names no class");
  }

  @Test
  void saysWhichPartsOfAnExternalKafkaDoNotAnswer() throws Exception {
    int port = closedPort();
    CommandLineRun run =
        check(
            "cameras: {gate: {url: \"%s\"}}\nkafka: {bootstrap.servers: \"127.0.0.1:%d\"}\nregistry: {url: \"http://127.0.0.1:%d\"}\n"
                    .formatted(clip, port, port)
                + PROMPT);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.line("kafka")).contains("WRONG").contains("127.0.0.1:" + port);
    assertThat(run.line("registry")).contains("WRONG").contains("registry.url");
    assertThat(run.line("model")).contains("ok");
  }

  @Test
  void asksAModelsEndpointWhatItServes() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/v1/models",
        exchange -> {
          byte[] list = "{\"data\":[{\"id\":\"gemma-4\"}]}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, list.length);
          exchange.getResponseBody().write(list);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      assertThat(checkRemote(port, "gemma-4").line("model"))
          .contains(" ok ")
          .contains("http://127.0.0.1:" + port + "/v1, gemma-4");
      assertThat(checkRemote(port, "gemma-5").line("model"))
          .contains("WRONG")
          .contains("serves no model 'gemma-5'; it serves gemma-4");
    } finally {
      server.stop(0);
    }
    CommandLineRun away = checkRemote(closedPort(), "gemma-4");
    assertThat(away.line("model")).contains("WRONG").contains("nothing listens there");
    assertThat(away.out() + away.err()).doesNotContain("very-secret");
  }

  private CommandLineRun checkRemote(int port, String model) throws IOException {
    return check(
        """
        cameras: {gate: {url: "%s"}}
        model: {engine: Remote, remote: {url: "http://127.0.0.1:%d", model: %s, api-key: very-secret}}
        """
                .formatted(clip, port, model)
            + PROMPT);
  }

  @Test
  void namesAModelDirectoryThatIsNone() throws Exception {
    CommandLineRun run =
        check(
            "cameras: {gate: {url: \""
                + clip
                + "\"}}\nmodel: {path: \""
                + directory
                + "\"}\n"
                + PROMPT);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.line("model")).contains("WRONG").contains("config.json");
  }
}
