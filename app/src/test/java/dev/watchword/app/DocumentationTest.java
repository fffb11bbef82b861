package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.watchword.app.Documentation.Page;
import dev.watchword.app.cliptest.ClipFile;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages show is true: commands parse, configurations are taken, keys and links exist. */
class DocumentationTest {
  private static final String CAMERAS =
      "cameras: {gate: {url: 'rtsp://h/', zones: {yard: '0,0 1,0 1,1'}}, yard: {url: 'rtsp://h/'}}\n";
  private static final String PROMPT = "prompts: {people: {text: detect person}}\n";

  @TempDir private Path directory;

  static List<Page> pages() {
    return Documentation.pages();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsOneThatTheCommandLineKnows(Page page) {
    for (String command : page.commands()) {
      for (List<String> arguments : Documentation.arguments(command)) {
        assertThatCode(() -> Main.commandLine().parseArgs(arguments.toArray(String[]::new)))
            .as(command)
            .doesNotThrowAnyException();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyConfigurationIsTakenAsItStands(Page page) throws Exception {
    for (String block : page.blocks("yaml")) {
      if (block.contains("\nclips:")) {
        Path file = Files.writeString(directory.resolve("clips.yaml"), block);
        Files.createFile(directory.resolve("gate-at-night.mp4"));
        assertThatCode(() -> ClipFile.read(file, Optional.empty())).doesNotThrowAnyException();
      } else {
        read(
            (block.contains("cameras:\n") ? "" : CAMERAS)
                + (block.contains("prompts:\n") ? "" : PROMPT)
                + block);
      }
    }
  }

  private static void read(String yaml) {
    String text = yaml.replaceAll("\\$\\{file:[^}]*}", "\\${env:FILE}");
    WatchwordConfig.from(
        ConfigFile.parse("watchword.yaml", text, DocumentationTest::variable),
        new CollectorRegistry());
  }

  private static String variable(String name) {
    return name.endsWith("_URL") ? "https://h/secret" : "secret";
  }

  /** All keys of the tables, but those that stand for any property of Kafka's. */
  static List<String> keys() {
    Page page = Documentation.page("docs/configuration.md");
    List<String> keys = new ArrayList<>();
    for (String heading :
        List.of("cameras", "prompts", "model", "Services", "Kafka and registry")) {
      boolean section = Character.isLowerCase(heading.charAt(0));
      for (String column : page.firstColumn(heading)) {
        for (String part : column.split(",| or ")) {
          String key = part.strip().replace("`", "");
          keys.add(section ? heading + "." + key : key);
        }
      }
    }
    keys.removeIf(key -> key.endsWith(".ANY"));
    return keys;
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyOfTheTablesIsKnown(String key) {
    assertThat(refusal(key)).doesNotContain("unknown key");
    if (!key.startsWith("kafka.")) {
      assertThat(refusal(key + "x")).contains("unknown key");
    }
  }

  /** What is said of a file with that key and a value that makes no sense, or nothing. */
  private static String refusal(String key) {
    int dot = key.indexOf('.');
    String section = dot < 0 ? key : key.substring(0, dot);
    String rest = dot < 0 ? "" : key.substring(dot + 1);
    String yaml =
        switch (section) {
          case "cameras" ->
              "cameras: {gate: {%s}}\n".formatted(and("url: 'rtsp://h/'", rest)) + PROMPT;
          case "prompts" -> "prompts: {people: {%s}}\n".formatted(and("text: detect person", rest));
          case "model" -> PROMPT + "model: {%s}\n".formatted(model(rest));
          case "storage" -> PROMPT + "storage: {%s}\n".formatted(and("url: 's3://b/p'", rest));
          case "kafka" -> PROMPT + "kafka: {%s: '?'}\n".formatted(rest);
          default -> PROMPT + nested(key) + "\n";
        };
    try {
      read(yaml);
      return "";
    } catch (ConfigException e) {
      return e.getMessage();
    }
  }

  private static String model(String key) {
    String remote = "remote.";
    return key.startsWith(remote)
        ? "engine: Remote, remote: {%s}"
            .formatted(and("url: 'http://h/v1', model: m", key.substring(remote.length())))
        : nested(key);
  }

  private static String and(String needed, String key) {
    return needed.contains(key + ": ") ? nested(key) : needed + ", " + nested(key);
  }

  private static String nested(String key) {
    int dot = key.indexOf('.');
    return dot < 0
        ? key + ": '?'"
        : "%s: {%s}".formatted(key.substring(0, dot), nested(key.substring(dot + 1)));
  }

  @Test
  void pagesAreReadAndNotPassedOver() {
    Page readme = Documentation.page("README.md");

    assertThat(pages()).hasSizeGreaterThan(8);
    assertThat(keys()).hasSizeGreaterThan(60);
    assertThat(readme.commands()).anyMatch(command -> command.startsWith("./watchword demo"));
    assertThat(readme.blocks("yaml")).isNotEmpty();
    assertThat(readme.links()).contains("docs/configuration.md");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Page page) {
    for (String link : page.links()) {
      String[] parts = link.split("#", 2);
      Path target =
          parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]).normalize();
      assertThat(target).as("link %s of %s", link, page).exists();
      if (parts.length == 2) {
        Path file = Files.isDirectory(target) ? target.resolve("README.md") : target;
        assertThat(
                Documentation.page(Path.of("..").relativize(file).toString()).hasHeading(parts[1]))
            .as("heading #%s of %s, linked from %s", parts[1], file, page)
            .isTrue();
      }
    }
  }
}
