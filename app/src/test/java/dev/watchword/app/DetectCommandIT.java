package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.watchword.simulator.DrawnFrame;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectCommandIT {
  @TempDir private Path directory;

  private Path jpeg(DrawnFrame frame) throws IOException {
    Path file = directory.resolve("scene.jpg");
    ImageIO.write(frame.picture(), "jpg", file.toFile());
    return file;
  }

  /** The first still scene that shows a large car. */
  private static DrawnFrame sceneWithCar() {
    for (long seed = 1; seed < 500; seed++) {
      DrawnFrame frame = DrawnScene.still(seed, 640, 480);
      if (frame.truth().size() == 1
          && frame.truth().stream()
              .anyMatch(box -> box.label().equals("car") && box.xMax() - box.xMin() > 0.35)) {
        return frame;
      }
    }
    throw new IllegalStateException("no such scene");
  }

  @Test
  void printsBoxesAsJsonAndWritesAnAnnotatedPicture() throws Exception {
    DrawnFrame frame = sceneWithCar();
    Path out = directory.resolve("out.png");

    CommandLineRun run =
        CommandLineRun.of(
            "detect",
            jpeg(frame).toString(),
            "--prompt",
            "detect car ; person",
            "--out",
            out.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("prompt").asText()).isEqualTo("detect car ; person");
    JsonNode found = json.get("detections").get(0);
    assertThat(found.get("label").asText()).isEqualTo("car");
    TruthBox truth = frame.truth().getFirst();
    assertThat(found.get("box").get("xMin").floatValue())
        .isBetween(truth.xMin() - 0.1f, truth.xMin() + 0.1f);
    assertThat(found.get("box").get("yMax").floatValue())
        .isBetween(truth.yMax() - 0.1f, truth.yMax() + 0.1f);
    BufferedImage annotated = ImageIO.read(out.toFile());
    assertThat(annotated.getWidth()).isEqualTo(640);
    assertThat(annotated.getHeight()).isEqualTo(480);
  }

  @Test
  void printsTheModelsOwnTextWhenAsked() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "detect",
            jpeg(sceneWithCar()).toString(),
            "--prompt",
            "detect car",
            "--raw",
            "--out",
            directory.resolve("o.png").toString());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).containsPattern("<loc\\d{4}><loc\\d{4}><loc\\d{4}><loc\\d{4}> car");
  }

  @Test
  void countsInIntegersWhenAsked() throws Exception {
    String picture = jpeg(sceneWithCar()).toString();
    String out = directory.resolve("o.png").toString();

    CommandLineRun run =
        CommandLineRun.of(
            "detect", picture, "--prompt", "detect car", "--out", out, "--precision", "int8");
    CommandLineRun wrong =
        CommandLineRun.of("detect", picture, "--prompt", "detect car", "--precision", "int4");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(new ObjectMapper().readTree(run.out()).get("detections")).isNotEmpty();
    assertThat(wrong.exitCode()).isNotZero();
    assertThat(wrong.err().strip())
        .isEqualTo(
            "watchword: there is no precision 'int4'; there is float32, bfloat16, float16, int8");
  }

  @Test
  void asksTheModelThatAConfigurationNames() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/v1/chat/completions", DetectCommandIT::oneCar);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    String[] arguments = {
      "detect", jpeg(sceneWithCar()).toString(),
      "--prompt", "detect car",
      "--out", directory.resolve("o.png").toString(),
      "--config", remote(url).toString()
    };
    try {
      CommandLineRun run = CommandLineRun.of(arguments);
      assertThat(run.exitCode()).as(run.err()).isZero();
      JsonNode box = new ObjectMapper().readTree(run.out()).at("/detections/0/box");
      assertThat(box.get("xMin").floatValue()).isEqualTo(0.2f);
      assertThat(box.get("yMax").floatValue()).isEqualTo(0.3f);
    } finally {
      server.stop(0);
    }

    CommandLineRun away = CommandLineRun.of(arguments);
    assertThat(away.exitCode()).isNotZero();
    assertThat(away.err()).contains(url).doesNotContain("Exception", "at dev.");
  }

  private Path remote(String url) throws IOException {
    return Files.writeString(
        directory.resolve("watchword.yaml"),
        """
        cameras: {gate: {url: "rtsp://192.0.2.1/gate"}}
        prompts: {cars: {text: detect car}}
        model: {engine: Remote, remote: {url: "%s", model: gemma, retries: 0}}
        """
            .formatted(url));
  }

  private static void oneCar(HttpExchange exchange) throws IOException {
    byte[] body =
        """
        {"choices": [{"message": {"role": "assistant",
          "content": "[{\\"box_2d\\": [100, 200, 300, 400], \\"label\\": \\"car\\"}]"}}]}
        """
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void namesAFileThatIsNoPicture() throws Exception {
    Path text = Files.writeString(directory.resolve("notes.txt"), "hello");

    CommandLineRun run = CommandLineRun.of("detect", text.toString(), "--prompt", "detect car");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().strip()).isEqualTo("watchword: " + text + " is not a JPEG or PNG picture");
  }

  @Test
  void namesAMissingFileAndAPromptWithoutAClass() throws Exception {
    assertThat(CommandLineRun.of("detect", "nothing.jpg", "--prompt", "detect car").err().strip())
        .isEqualTo("watchword: there is no picture nothing.jpg");
    assertThat(
            CommandLineRun.of("detect", jpeg(sceneWithCar()).toString(), "--prompt", "detect")
                .err())
        .startsWith("watchword: prompt 'detect' names no class");
  }
}
