package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.simulator.DrawnScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands about one picture, on the embedded checkpoint as if it were a user's. */
class PictureCommandsIT {
  @TempDir private Path directory;
  private String image;
  private String model;

  @BeforeEach
  void files() throws IOException {
    Path png = directory.resolve("scene.png");
    ImageIO.write(DrawnScene.still(3, 320, 240).picture(), "png", png.toFile());
    image = png.toString();
    model = EmbeddedCheckpoint.extractTo(directory).toString();
  }

  private CommandLineRun generate(String... more) {
    String[] arguments = new String[more.length + 4];
    System.arraycopy(new String[] {"generate", image, "--model", model}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return CommandLineRun.of(arguments);
  }

  @Test
  void generatePrintsTheModelsTextAndNothingElse() {
    CommandLineRun run = generate("--prompt", "detect car ; person ; truck ; bag");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(1);
    assertThat(run.out().strip())
        .matches("(<loc\\d{4}>){4} (car|person|truck|bag)( ; (<loc\\d{4}>){4} \\w+)*");
  }

  @Test
  void generatePrintsTokenIdsAsAJsonArray() throws Exception {
    CommandLineRun run = generate("--prompt", "detect car ; person ; truck ; bag", "--ids");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode ids = new ObjectMapper().readTree(run.out());
    assertThat(ids.isArray()).isTrue();
    assertThat(ids.get(0).isInt()).isTrue();
    assertThat(ids.get(ids.size() - 1).asInt()).as("the end token").isEqualTo(1);

    CommandLineRun cut =
        generate("--prompt", "detect car ; person ; truck ; bag", "--ids", "--max-new-tokens", "3");
    JsonNode three = new ObjectMapper().readTree(cut.out());
    assertThat(three).hasSize(3);
    assertThat(three.get(2)).isEqualTo(ids.get(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "anything at all?", "detect", "<loc0001> x", "größer 猫"})
  void generateTakesAnyPrompt(String prompt) {
    CommandLineRun run = generate("--prompt", prompt, "--max-new-tokens", "2", "--ids");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).matches("\\[\\d+(, \\d+)?]");
  }

  @Test
  void generateNamesWhatIsWrong() {
    assertThat(generate("--prompt", "ocr", "--max-new-tokens", "0").err().strip())
        .isEqualTo("watchword: --max-new-tokens must be between 1 and 4096, not 0");
    assertThat(generate("--prompt", "word ".repeat(2000)).err())
        .contains("watchword: prompt 'word word")
        .contains("more than the 511");
    assertThat(generate().exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("generate", image, "--model", "nowhere", "--prompt", "a").err())
        .startsWith("watchword: ")
        .contains("nowhere");
  }

  @Test
  void theEmbeddedModelOnlyDetects() {
    String sentence =
        "watchword: the embedded model only detects; name a PaliGemma checkpoint directory with"
            + " --model";
    for (String command : new String[] {"caption", "ocr", "generate", "segment", "answer"}) {
      String[] arguments =
          switch (command) {
            case "segment" -> new String[] {command, image, "--prompt", "segment car"};
            case "generate" -> new String[] {command, image, "--prompt", "caption en"};
            case "answer" -> new String[] {command, image, "how many cars?"};
            default -> new String[] {command, image};
          };
      CommandLineRun run = CommandLineRun.of(arguments);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().strip()).isEqualTo(sentence);
    }
  }

  @Test
  void wordsGoToTheOutputAsTheyAre() {
    CommandLineRun caption = CommandLineRun.of("caption", image, "--model", model);
    CommandLineRun same = generate("--prompt", "caption en");

    assertThat(caption.exitCode()).as(caption.err()).isZero();
    assertThat(caption.out()).isEqualTo(same.out());
    assertThat(CommandLineRun.of("ocr", image, "--model", model).exitCode()).isZero();
    assertThat(CommandLineRun.of("answer", image, "how many?", "--model", model).out())
        .isEqualTo(generate("--prompt", "answer en how many?").out());
  }

  @Test
  void wordsNeedAKnownLanguageAndAQuestion() {
    assertThat(CommandLineRun.of("caption", image, "--model", model, "--language", "xx").err())
        .startsWith("watchword: prompt 'caption xx' names no language");
    assertThat(CommandLineRun.of("answer", image, " ", "--model", model).err())
        .contains("asks no question");
    assertThat(CommandLineRun.of("answer", image, "--model", model).exitCode()).isEqualTo(2);
  }

  @Test
  void segmentSaysWhereTheMaskWeightsComeFrom() throws Exception {
    String out = directory.resolve("out.png").toString();
    CommandLineRun run =
        CommandLineRun.of(
            "segment", image, "--model", model, "--prompt", "segment car", "--out", out);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(new ObjectMapper().readTree(run.out()).get("detections").isArray()).isTrue();
    assertThat(run.err()).contains("no masks, only their codes: put big_vision's vae-oid.npz");

    Path broken = Files.writeString(directory.resolve("masks.npz"), "not an archive");
    CommandLineRun refused =
        CommandLineRun.of(
            "segment",
            image,
            "--model",
            model,
            "--prompt",
            "segment car",
            "--mask-weights",
            broken.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("is no .npz archive of arrays");
  }
}
