package dev.watchword.sink.delivery;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.watchword.schemas.Alert;
import dev.watchword.service.config.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;

/**
 * A JSON text with {@code {{name}}} where a field of the alert is to stand, escaped so that it fits
 * between quotes. {@code {{json}}} is the whole alert as a JSON object. A field without a value is
 * empty.
 */
final class Template {
  private static final Pattern FIELD = Pattern.compile("\\{\\{\\s*([A-Za-z]+)\\s*}}");
  private static final String WHOLE = "json";

  private final String text;
  private final RecordJson json = new RecordJson();

  /** Throws {@link IllegalArgumentException} with one sentence when it names an unknown field. */
  Template(String text) {
    this.text = text;
    List<String> known = new ArrayList<>(List.of(WHOLE));
    Alert.getClassSchema().getFields().stream().map(Schema.Field::name).forEach(known::add);
    Matcher matcher = FIELD.matcher(text);
    while (matcher.find()) {
      String name = matcher.group(1);
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "an alert has no field '"
                + name
                + "'; "
                + Suggestion.nearest(name, known)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("fields: " + String.join(", ", known)));
      }
    }
  }

  String body(Alert alert) {
    return FIELD
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(value(alert, match.group(1))));
  }

  private String value(Alert alert, String name) {
    if (name.equals(WHOLE)) {
      return json.line(alert);
    }
    Object value = alert.get(name);
    return value == null
        ? ""
        : new String(JsonStringEncoder.getInstance().quoteAsString(value.toString()));
  }
}
