package dev.watchword.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectionTest {
  private enum Transport {
    TCP,
    PREFER_TCP
  }

  private static Section parse(String yaml) {
    return ConfigFile.parse("watchword.yaml", yaml, Map.of("GATE_PASSWORD", "s3cret")::get);
  }

  @Test
  void readsValuesWithUnits() {
    Section section = parse("a: 250ms\nb: 64MiB\nc: 2/s\nd: 30/m\ne: 1h\nf: 1.5s\n");

    assertThat(section.duration("a", Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
    assertThat(section.bytes("b", 0)).isEqualTo(64L << 20);
    assertThat(section.perSecond("c", 0)).isEqualTo(2.0);
    assertThat(section.perSecond("d", 0)).isEqualTo(0.5);
    assertThat(section.duration("e", Duration.ZERO)).isEqualTo(Duration.ofHours(1));
    assertThat(section.duration("f", Duration.ZERO)).isEqualTo(Duration.ofMillis(1500));
  }

  @Test
  void fallsBackToDefaultsWhereTheFileIsSilent() {
    Section section = parse("");

    assertThat(section.duration("a", Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
    assertThat(section.integer("n", 7, 1, 10)).isEqualTo(7);
    assertThat(section.texts("list")).isEmpty();
    assertThat(section.section("none").text("key", "value")).isEqualTo("value");
    assertThat(section.choice("t", Transport.TCP)).isEqualTo(Transport.TCP);
  }

  @Test
  void readsListsChoicesAndNamedSections() {
    Section section =
        parse("cameras:\n  gate: {transport: prefer-tcp}\n  yard: {}\nlist: [x, y]\none: z\n");

    assertThat(section.sections("cameras").keySet()).containsExactly("gate", "yard");
    assertThat(section.sections("cameras").get("gate").choice("transport", Transport.TCP))
        .isEqualTo(Transport.PREFER_TCP);
    assertThat(section.texts("list")).isEqualTo(List.of("x", "y"));
    assertThat(section.texts("one")).isEqualTo(List.of("z"));
  }

  @Test
  void namesLineAndKeyOfAWrongValue() {
    Section section = parse("inference:\n  max-batch: many\n").section("inference");

    assertThatThrownBy(() -> section.integer("max-batch", 8, 1, 64))
        .hasMessage("watchword.yaml:2: inference.max-batch: expected a whole number, not 'many'");
  }

  @Test
  void refusesAValueOutsideItsRange() {
    assertThatThrownBy(() -> parse("n: 99").integer("n", 1, 1, 64))
        .hasMessage("watchword.yaml:1: n: must be between 1 and 64, not 99");
  }

  @Test
  void suggestsTheKnownKeyNearestToAnUnknownOne() {
    Section root = parse("inference:\n  max-batch: 8\n  max-bacth-delay: 20ms\n");
    root.section("inference").integer("max-batch", 8, 1, 64);
    root.section("inference").duration("max-batch-delay", Duration.ZERO);

    assertThatThrownBy(root::rejectUnknown)
        .hasMessage(
            "watchword.yaml:3: inference.max-bacth-delay: unknown key; did you mean 'max-batch-delay'?");
  }

  @Test
  void listsTheKnownKeysWhenNoneIsNear() {
    Section root = parse("zebra: 1\n");
    root.text("cameras", "");

    assertThatThrownBy(root::rejectUnknown)
        .hasMessage("watchword.yaml:1: zebra: unknown key; known keys: cameras");
  }

  @Test
  void acceptsAKeyThatTwoServicesRead() {
    Section root = parse("kafka: {a: 1, b: 2}\n");
    root.section("kafka").text("a");
    root.section("kafka").text("b");

    root.rejectUnknown();
  }

  @Test
  void refusesAKeyGivenTwice() {
    assertThatThrownBy(() -> parse("cameras:\n  gate: {}\n  gate: {}\n").section("cameras"))
        .hasMessage("watchword.yaml:3: key 'cameras.gate' is given twice; remove one");
  }

  @Test
  void resolvesReferencesAndHidesSecrets(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "fr0mfile\n");
    Section section =
        parse("a: rtsp://me:${env:GATE_PASSWORD}@10.0.0.5/\nb: ${file:" + file + "}\n");

    assertThat(section.secret("a").orElseThrow().reveal()).isEqualTo("rtsp://me:s3cret@10.0.0.5/");
    assertThat(section.secret("b").orElseThrow().reveal()).isEqualTo("fr0mfile");
    assertThat(section.secret("a").orElseThrow()).hasToString("***");
  }

  @Test
  void namesAVariableThatIsNotSet() {
    assertThatThrownBy(() -> parse("url: ${env:NOT_SET}").text("url"))
        .hasMessage("watchword.yaml:1: url: environment variable NOT_SET is not set");
  }

  @Test
  void namesTheLineOfBrokenYaml() {
    assertThatThrownBy(() -> parse("cameras:\n  gate: [\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("watchword.yaml:3: not valid YAML: ");
  }

  @Test
  void saysThatTheFileIsMissing() {
    assertThatThrownBy(() -> ConfigFile.read(Path.of("no-such.yaml")))
        .hasMessage(
            "there is no configuration file no-such.yaml; README.md shows one to start from");
  }

  @Test
  void travelsAsAFlatMapWithItsReferences() {
    Section camera =
        parse(
            """
            url: rtsp://me:${env:GATE_PASSWORD}@h/a\\b"c
            picture:
            gate-x: 1
            gate: {hold: 2s, inner: {deep: yes}, masks: [[0.1, 0.2], ["a b", {k: v}]]}
            """);
    Map<String, String> written = camera.written();
    assertThat(written)
        .containsEntry("url", "rtsp://me:${env:GATE_PASSWORD}@h/a\\b\"c")
        .containsEntry("gate.inner.deep", "yes")
        .containsEntry("gate.masks", "[[\"0.1\", \"0.2\"], [\"a b\", {\"k\": \"v\"}]]")
        .doesNotContainKey("picture");

    Section again = ConfigFile.of("camera gate", written, name -> "s3cret");
    assertThat(again.written()).isEqualTo(written);
    assertThat(again.text("url")).isEqualTo("rtsp://me:s3cret@h/a\\b\"c");
    assertThat(again.section("gate").duration("hold", Duration.ZERO))
        .isEqualTo(Duration.ofSeconds(2));
    assertThat(again.section("gate").section("inner").flag("deep", false)).isTrue();
    assertThat(again.integer("gate-x", 0, 0, 9)).isEqualTo(1);
  }
}
