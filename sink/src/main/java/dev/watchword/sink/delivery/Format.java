package dev.watchword.sink.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertKind;
import dev.watchword.service.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** An alert as the text that a target understands: always one JSON value. */
interface Format {
  String body(Alert alert);

  static Format from(Section section) {
    if (section.has("template")) {
      if (section.has("format")) {
        throw section.wrong("template", "stands beside format; a target has one of the two");
      }
      return template(section);
    }
    String format = section.text("format", "json");
    return switch (format) {
      case "json" -> new RecordJson()::line;
      case "slack" -> Format::slack;
      case "teams" -> Format::teams;
      case "email" -> Format::email;
      default ->
          throw section.wrong(
              "format", "expected one of json, slack, teams, email, not '" + format + "'");
    };
  }

  private static Format template(Section section) {
    Path file = Path.of(section.text("template"));
    try {
      Template template = new Template(Files.readString(file));
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readTree(template.body(sample()));
      return template::body;
    } catch (JsonProcessingException e) {
      throw section.wrong(
          "template", file + " gives no JSON: " + e.getOriginalMessage().split("\n", -1)[0]);
    } catch (IllegalArgumentException e) {
      throw section.wrong("template", file + ": " + e.getMessage());
    } catch (IOException e) {
      throw section.wrong("template", "file " + file + " cannot be read");
    }
  }

  private static Alert sample() {
    return Alert.newBuilder()
        .setId("01990000-0000-8000-8000-000000000000")
        .setRule("sample")
        .setRuleVersion("00000000")
        .setCamera("sample")
        .setKind(AlertKind.PRESENT)
        .setAt(Instant.EPOCH)
        .setReason("a \"sample\"")
        .setLabel("person")
        .build();
  }

  /** Blocks of Slack's incoming webhooks. */
  private static String slack(Alert alert) {
    ObjectNode message = node().put("text", mrkdwn(title(alert)));
    ArrayNode blocks = message.putArray("blocks");
    blocks
        .addObject()
        .put("type", "section")
        .set("text", node().put("type", "mrkdwn").put("text", "*" + mrkdwn(title(alert)) + "*"));
    StringBuilder text = new StringBuilder();
    facts(alert)
        .forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    ObjectNode context = blocks.addObject().put("type", "context");
    context
        .putArray("elements")
        .addObject()
        .put("type", "mrkdwn")
        .put("text", mrkdwn(text.toString().strip()));
    return message.toString();
  }

  /** Slack reads these three characters as markup. */
  private static String mrkdwn(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** An adaptive card, as Teams' workflows take it. */
  private static String teams(Alert alert) {
    ObjectNode card =
        node()
            .put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
            .put("type", "AdaptiveCard")
            .put("version", "1.4");
    ArrayNode body = card.putArray("body");
    body.addObject()
        .put("type", "TextBlock")
        .put("size", "Medium")
        .put("weight", "Bolder")
        .put("wrap", true)
        .put("text", title(alert));
    ArrayNode facts = body.addObject().put("type", "FactSet").putArray("facts");
    facts(alert).forEach((name, value) -> facts.addObject().put("title", name).put("value", value));
    ObjectNode message = node().put("type", "message");
    message
        .putArray("attachments")
        .addObject()
        .put("contentType", "application/vnd.microsoft.card.adaptive")
        .putNull("contentUrl")
        .set("content", card);
    return message.toString();
  }

  /** What mail services' interfaces have in common: subject, text and HTML. */
  private static String email(Alert alert) {
    StringBuilder text = new StringBuilder(title(alert)).append("\n\n");
    StringBuilder html = new StringBuilder("<p><b>" + html(title(alert)) + "</b></p><table>");
    facts(alert)
        .forEach(
            (name, value) -> {
              text.append(name).append(": ").append(value).append('\n');
              html.append("<tr><td>").append(html(name)).append("</td><td>");
              html.append(html(value)).append("</td></tr>");
            });
    return node()
        .put("subject", title(alert).replaceAll("\\s+", " "))
        .put("text", text.toString())
        .put("html", html.append("</table>").toString())
        .toString();
  }

  private static String html(String text) {
    return mrkdwn(text).replace("\"", "&quot;");
  }

  private static String title(Alert alert) {
    return alert.getCamera() + ": " + alert.getReason();
  }

  private static Map<String, String> facts(Alert alert) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("At", alert.getAt().toString());
    facts.put("Rule", alert.getRule() + " (" + alert.getRuleVersion() + ")");
    if (alert.getZone() != null) {
      facts.put("Zone", alert.getZone());
    }
    if (alert.getScore() != null) {
      facts.put("Score", String.format(Locale.ROOT, "%.2f", alert.getScore()));
    }
    if (alert.getPicture() != null) {
      facts.put("Picture", alert.getPicture());
    }
    return facts;
  }

  private static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }
}
