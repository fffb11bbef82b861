package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.simulator.DrawnFrame;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import java.awt.image.BufferedImage;
import java.io.IOException;
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
