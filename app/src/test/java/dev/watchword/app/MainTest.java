package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir private Path directory;

  private String config(String yaml) throws Exception {
    return Files.writeString(directory.resolve("watchword.yaml"), yaml).toString();
  }

  @Test
  void saysThatTheConfigurationIsMissing() {
    CommandLineRun run = CommandLineRun.of("up", "-c", "none.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().strip())
        .isEqualTo(
            "watchword: there is no configuration file none.yaml; README.md shows one to start from");
  }

  @Test
  void refusesToRunWithoutACamera() throws Exception {
    CommandLineRun run =
        CommandLineRun.of("up", "-c", config("prompts: {a: {text: detect person}}\n"));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("names no camera");
  }

  @Test
  void refusesAServiceOfItsOwnWithoutASharedKafka() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "infer",
            "-c",
            config("cameras: {g: {url: \"rtsp://h/\"}}\nprompts: {a: {text: detect person}}\n"));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("kafka.bootstrap.servers");
  }

  @Test
  void saysThatNothingRunsToTail() {
    CommandLineRun run = CommandLineRun.of("tail", "--data", directory.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("watchword: nothing runs on " + directory);
  }

  @Test
  void explainsWrongUsage() {
    CommandLineRun run = CommandLineRun.of("detekt");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("detect");
  }

  @Test
  void helpNamesTheListThatAnIdIsFrom() {
    assertThat(CommandLineRun.of("rule", "show", "--help").out())
        .contains("As 'rule list' prints it.");
    assertThat(CommandLineRun.of("replay", "cancel", "--help").out())
        .contains("As 'replay list' prints it.");
  }
}
