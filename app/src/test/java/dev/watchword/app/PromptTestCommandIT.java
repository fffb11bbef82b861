package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import dev.watchword.simulator.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A drawn yard, through which a car drives from 2.2 s to 6.6 s and a person walks from 4.5 s to 9
 * s, and the embedded checkpoint.
 */
class PromptTestCommandIT {
  private static final String CLIP = "clips: {yard: {file: yard.mp4, sample: 2/s, expect: [%s]}}\n";
  private static final String PROMPTS = "prompts: {people: {text: detect person ; car}}\n";

  @TempDir private static Path directory;

  @BeforeAll
  static void draw() throws IOException {
    SceneClip.write(
        new DrawnScene(Setting.YARD, 5, 640, 480, 10, 120), directory.resolve("yard.mp4"));
  }

  private static CommandLineRun run(String yaml, String... options) throws IOException {
    Path file = Files.writeString(directory.resolve("clips.yaml"), yaml);
    return CommandLineRun.of(
        Stream.concat(Stream.of("prompt-test", file.toString()), Stream.of(options))
            .toArray(String[]::new));
  }

  @Test
  void tellsWhatHoldsAndWhatWasSeenInstead() throws Exception {
    Path report = directory.resolve("reports/prompts.xml");
    Path pictures = directory.resolve("pictures");
    CommandLineRun run =
        run(
            PROMPTS
                + """
                clips:
                  yard:
                    file: yard.mp4
                    zones: {left: "0,0 0.5,0 0.5,1 0,1"}
                    lines: {middle: "0.5,0 0.5,1"}
                    expect:
                      - person between 5 s and 8.5 s
                      - one stay of a car of at least 2 s
                      - one stay of person in left of at least 1 s crossing middle
                      - no person before 8 s
                """,
            "--junit",
            report.toString(),
            "--pictures",
            pictures.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    List<String> lines = run.out().lines().filter(line -> line.contains("yard/people")).toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.subList(0, 3)).allMatch(line -> line.startsWith("ok "));
    assertThat(lines.get(3))
        .startsWith("FAILED")
        .containsPattern("no person before 8 s: saw 1 in \\d of 17 frames, .*; best score 0\\.\\d");
    assertThat(run.out()).contains("3 ok, 1 failed; 24 frames in ");
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    assertThat(cases.getLength()).isEqualTo(4);
    assertThat(((Element) cases.item(3)).getElementsByTagName("failure").getLength()).isOne();
    try (Stream<Path> written = Files.list(pictures)) {
      List<Path> files = written.toList();
      assertThat(files).hasSize(3);
      assertThat(ImageIO.read(files.getFirst().toFile()).getWidth()).isEqualTo(640);
    }
  }

  @Test
  void takesPromptsFromTheConfigurationFile() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("watchword.yaml"),
            PROMPTS + "cameras: {gate: {url: 'rtsp://host/'}}\nevents: {min-score: 0.4}\n");

    CommandLineRun run =
        run(CLIP.formatted("car after 2 s, no person before 4 s"), "-c", config.toString());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("2 ok, 0 failed");

    CommandLineRun both = run(PROMPTS + CLIP.formatted("car"), "-c", config.toString());
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("clips.yaml:1: prompts: the configuration file says this");
  }

  @Test
  void aFileThatCannotBeUsedIsNamedWithTheWayOut() throws Exception {
    assertThat(run(PROMPTS + CLIP.formatted("persn before 4 s")).err())
        .contains(
            "clips.yaml:2: clips.yard.expect: 'persn before 4 s': no prompt of this clip asks for"
                + " 'persn'; did you mean 'person'?");
    assertThat(run(PROMPTS + CLIP.formatted("car").replace("expect", "expct")).err())
        .contains("clips.yard.expect: is missing");
    assertThat(run(PROMPTS + CLIP.formatted("car").replace("sample", "sampel")).err())
        .contains("clips.yard.sampel: unknown key; did you mean 'sample'?");
    assertThat(run(PROMPTS + CLIP.formatted("car").replace("yard.mp4", "nowhere.mp4")).err())
        .contains("clips.yard.file: there is no ")
        .contains("counts from the directory of this file");
    assertThat(run(CLIP.formatted("car")).err()).contains("prompts: is missing");
    assertThat(run(PROMPTS).err()).contains("clips: is missing");
    assertThat(run("prompts: {a: {text: ocr}}\n" + CLIP.formatted("car")).err())
        .contains("none of them finds boxes");

    Files.writeString(directory.resolve("broken.mp4"), "not a video");
    CommandLineRun broken = run(PROMPTS + CLIP.formatted("car").replace("yard.mp4", "broken.mp4"));
    assertThat(broken.exitCode()).isEqualTo(2);
    assertThat(broken.err()).contains("watchword: ").contains("broken.mp4");
    assertThat(run(PROMPTS + CLIP.formatted("car"), "--model", "nowhere").exitCode()).isEqualTo(2);
  }
}
