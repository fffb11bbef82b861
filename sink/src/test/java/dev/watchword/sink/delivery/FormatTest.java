package dev.watchword.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.service.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
  private static final String NASTY =
      "a \"b\" \\ <script>&amp;\n\t\u0000 漢字 \uD83D\uDE80 {{camera}} *x*";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode body(String format, String label) throws Exception {
    Target target = Samples.target("t", "{to: webhook, url: 'http://h/', " + format + "}");
    return JSON.readTree(target.format().body(Samples.alert(1, label)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "slack", "teams", "email"})
  void isValidWhateverALabelHolds(String format) throws Exception {
    JsonNode body = body("format: " + format, NASTY);

    String expected = NASTY + " entered yard";
    String found =
        switch (format) {
          case "json" -> body.get("reason").asText();
          case "slack" -> unescaped(body.get("text").asText());
          case "teams" -> body.at("/attachments/0/content/body/0/text").asText();
          default -> body.get("text").asText();
        };
    assertThat(found).contains(expected);
    assertThat(body.toString()).contains("s3://pictures/evidence/gate/2026-03-01/a.jpg");
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  @Test
  void nobodyIsMentionedAndNothingIsMarkedUpByALabel() throws Exception {
    assertThat(body("format: slack", "<!channel>").get("text").asText())
        .isEqualTo("gate: &lt;!channel&gt; entered yard");
    assertThat(body("format: email", "<b>").get("html").asText()).contains("&lt;b&gt;");
    assertThat(body("format: email", "a\nBcc: x").get("subject").asText()).doesNotContain("\n");
  }

  @Test
  void aTemplateIsFilledIn(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("t.json"),
            "{\"what\": \"{{reason}}\", \"line\": \"{{ line }}\", \"all\": {{json}}, \"n\":"
                + " {{count}}}");

    JsonNode body = body("template: '" + file + "'", NASTY);

    assertThat(body.get("what").asText()).isEqualTo(NASTY + " entered yard");
    assertThat(body.get("line").asText()).isEmpty();
    assertThat(body.at("/all/camera").asText()).isEqualTo("gate");
    assertThat(body.get("n").asInt()).isEqualTo(1);
  }

  @Test
  void aTemplateThatGivesNoJsonIsRefusedWhenTheFileIsRead(@TempDir Path directory)
      throws Exception {
    Path file = Files.writeString(directory.resolve("t.json"), "{\"what\": {{reason}}}");
    Path slip = Files.writeString(directory.resolve("s.json"), "{\"what\": \"{{raeson}}\"}");

    assertThatThrownBy(() -> body("template: '" + file + "'", "x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("alerts.targets.t.template: ")
        .hasMessageContaining("gives no JSON");
    assertThatThrownBy(() -> body("template: '" + slip + "'", "x"))
        .hasMessageContaining("an alert has no field 'raeson'; did you mean 'reason'?");
  }
}
