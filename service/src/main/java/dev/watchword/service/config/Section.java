package dev.watchword.service.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A mapping of the configuration file. Reading a key declares it; {@link #rejectUnknown()} then
 * refuses every key that nobody declared. All errors are {@link ConfigException}s that name file,
 * line and key. Not thread-safe.
 */
public final class Section {
  private final Source source;
  private final String path;
  private final int line;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, Section> children = new LinkedHashMap<>();

  /** Where the text came from and how its references resolve. */
  record Source(String file, References references) {}

  Section(Source source, String path, int line, MappingNode node) {
    this.source = source;
    this.path = path;
    this.line = line;
    if (node == null) {
      return;
    }
    for (NodeTuple tuple : node.getValue()) {
      int keyLine = tuple.getKeyNode().getStartMark().getLine() + 1;
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new ConfigException(source.file() + ":" + keyLine + ": a key must be a plain word");
      }
      if (values.put(key.getValue(), tuple.getValueNode()) != null) {
        throw new ConfigException(
            source.file()
                + ":"
                + keyLine
                + ": key '"
                + path
                + key.getValue()
                + "' is given twice; remove one");
      }
      lines.put(key.getValue(), keyLine);
    }
  }

  /** The keys that the file gives in this section, in its order. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  public boolean has(String key) {
    known.add(key);
    return values.containsKey(key) && !isNull(values.get(key));
  }

  /** The section under the key; an empty one when the file has none, so that defaults apply. */
  public Section section(String key) {
    return child(key, has(key) ? values.get(key) : null);
  }

  /**
   * The named sections under the key, in the file's order: {@code cameras: {gate: {..}, yard:
   * {..}}}.
   */
  public Map<String, Section> sections(String key) {
    Section parent = section(key);
    Map<String, Section> named = new LinkedHashMap<>();
    for (String name : parent.values.keySet()) {
      named.put(name, parent.section(name));
    }
    return named;
  }

  public String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  public String text(String key, String otherwise) {
    return optionalText(key).orElse(otherwise);
  }

  /** The text with {@code ${env:..}} and {@code ${file:..}} resolved. */
  public Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(scalar(key, values.get(key))) : Optional.empty();
  }

  public Optional<Secret> secret(String key) {
    return optionalText(key).map(Secret::new);
  }

  /** A list of texts; a single text counts as a list of one; empty when absent. */
  public List<String> texts(String key) {
    if (!has(key)) {
      return List.of();
    }
    Node node = values.get(key);
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue().stream().map(item -> scalar(key, item)).toList();
    }
    return List.of(scalar(key, node));
  }

  /** All keys below as they stand, for raw client properties. */
  public Map<String, String> properties(String key) {
    Section properties = section(key);
    Map<String, String> flat = new LinkedHashMap<>();
    properties.values.forEach((name, node) -> flat.put(name, properties.text(name)));
    return flat;
  }

  /**
   * Everything below, as it is written: references stay references, a key in a section has dots, a
   * list is in brackets. {@link ConfigFile#of} makes a section of it again.
   */
  public Map<String, String> written() {
    Map<String, String> flat = new LinkedHashMap<>();
    values.forEach((key, node) -> Written.flatten(key, node, flat));
    return flat;
  }

  public int integer(String key, int otherwise, int min, int max) {
    int value = parsed(key, "a whole number", Integer::valueOf).orElse(otherwise);
    return (int) inRange(key, value, min, max);
  }

  public double number(String key, double otherwise, double min, double max) {
    return inRange(key, parsed(key, "a number", Double::valueOf).orElse(otherwise), min, max);
  }

  public boolean flag(String key, boolean otherwise) {
    return parsed(
            key,
            "true or false",
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "true", "yes", "on" -> true;
                  case "false", "no", "off" -> false;
                  default -> throw new NumberFormatException();
                })
        .orElse(otherwise);
  }

  public Duration duration(String key, Duration otherwise) {
    return parsed(key, null, Units::duration).orElse(otherwise);
  }

  public long bytes(String key, long otherwise) {
    return parsed(key, null, Units::bytes).orElse(otherwise);
  }

  /** A rate such as {@code 2/s}, in events a second. */
  public double perSecond(String key, double otherwise) {
    return parsed(key, null, Units::perSecond).orElse(otherwise);
  }

  /** One of the enum's constants, in lower case with dashes. */
  public <E extends Enum<E>> E choice(String key, E otherwise) {
    E[] constants = otherwise.getDeclaringClass().getEnumConstants();
    List<String> labels = Arrays.stream(constants).map(Section::label).toList();
    Optional<String> text = optionalText(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    int index = labels.indexOf(text.get().toLowerCase(Locale.ROOT));
    if (index < 0) {
      throw wrong(
          key, "expected one of " + String.join(", ", labels) + ", not '" + text.get() + "'");
    }
    return constants[index];
  }

  /** An error at the key's line: {@code watchword.yaml:7: cameras.gate.url: MESSAGE}. */
  public ConfigException wrong(String key, String message) {
    int at = lines.getOrDefault(key, line);
    return new ConfigException(
        source.file() + (at > 0 ? ":" + at : "") + ": " + path + key + ": " + message);
  }

  /** Refuses keys here and below that nothing has read. Call it once everything has been read. */
  public void rejectUnknown() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String hint =
            Suggestion.nearest(key, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse("known keys: " + String.join(", ", known));
        throw wrong(key, "unknown key; " + hint);
      }
    }
    children.values().forEach(Section::rejectUnknown);
  }

  private Section child(String key, Node node) {
    if (node != null && !(node instanceof MappingNode)) {
      throw wrong(key, "expected a section with keys of its own");
    }
    return children.computeIfAbsent(
        key,
        name ->
            new Section(
                source, path + name + ".", lines.getOrDefault(name, line), (MappingNode) node));
  }

  private String scalar(String key, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      throw wrong(key, "expected a single value");
    }
    try {
      return source.references().resolve(scalar.getValue());
    } catch (IllegalArgumentException e) {
      throw wrong(key, e.getMessage());
    }
  }

  private <T> Optional<T> parsed(String key, String expected, Function<String, T> parser) {
    Optional<String> text = optionalText(key);
    try {
      return text.map(parser);
    } catch (NumberFormatException e) {
      throw wrong(key, "expected " + expected + ", not '" + text.orElse("") + "'");
    } catch (IllegalArgumentException e) {
      throw wrong(key, e.getMessage());
    }
  }

  private double inRange(String key, double value, double min, double max) {
    if (value < min || value > max) {
      throw wrong(
          key, "must be between " + plain(min) + " and " + plain(max) + ", not " + plain(value));
    }
    return value;
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private ConfigException missing(String key) {
    return wrong(key, "is missing");
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && "tag:yaml.org,2002:null".equals(scalar.getTag().getValue());
  }
}
