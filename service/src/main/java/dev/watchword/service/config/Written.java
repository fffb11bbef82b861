package dev.watchword.service.config;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A section as a flat map of texts, and back. */
final class Written {
  private static final String EMPTY_SECTION = "{}";

  private Written() {}

  static void flatten(String key, Node node, Map<String, String> into) {
    switch (node) {
      case ScalarNode empty when Tag.NULL.equals(empty.getTag()) -> {}
      case ScalarNode scalar -> into.put(key, scalar.getValue());
      case MappingNode empty when empty.getValue().isEmpty() -> into.put(key, EMPTY_SECTION);
      case MappingNode mapping -> {
        for (NodeTuple tuple : mapping.getValue()) {
          flatten(key + "." + name(tuple), tuple.getValueNode(), into);
        }
      }
      default -> into.put(key, flow(node));
    }
  }

  private static String name(NodeTuple tuple) {
    return ((ScalarNode) tuple.getKeyNode()).getValue();
  }

  /** A list on one line. */
  private static String flow(Node node) {
    return switch (node) {
      case ScalarNode scalar -> quoted(scalar.getValue());
      case SequenceNode sequence ->
          sequence.getValue().stream()
              .map(Written::flow)
              .collect(Collectors.joining(", ", "[", "]"));
      case MappingNode mapping ->
          mapping.getValue().stream()
              .map(tuple -> quoted(name(tuple)) + ": " + flow(tuple.getValueNode()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> throw new IllegalArgumentException("not a value: " + node.getNodeId());
    };
  }

  static String yaml(Map<String, String> written) {
    return nested("", new TreeMap<>(written));
  }

  private static String nested(String prefix, TreeMap<String, String> written) {
    StringBuilder text = new StringBuilder("{");
    String separator = "";
    String key = written.isEmpty() ? null : written.ceilingKey(prefix);
    while (key != null && key.startsWith(prefix)) {
      String rest = key.substring(prefix.length());
      int dot = rest.indexOf('.');
      text.append(separator);
      if (dot < 0) {
        text.append(quoted(rest)).append(": ").append(value(written.get(key)));
        key = written.higherKey(key);
      } else {
        String section = prefix + rest.substring(0, dot) + ".";
        text.append(quoted(rest.substring(0, dot))).append(": ").append(nested(section, written));
        // '/' follows '.', so this is behind all keys of the section.
        key = written.ceilingKey(section.substring(0, section.length() - 1) + "/");
      }
      separator = ", ";
    }
    return text.append("}").toString();
  }

  private static String value(String written) {
    boolean plain =
        written.equals(EMPTY_SECTION) || (written.startsWith("[") && written.endsWith("]"));
    return plain ? written : quoted(written);
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }
}
