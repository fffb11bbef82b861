package dev.watchword.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prints rows as they come, or, as a table, at the end, when the widths of its columns are known.
 */
final class QueryOutput implements AutoCloseable {
  /** How rows look. */
  enum Format {
    TABLE,
    CSV,
    JSON
  }

  /** A box's mask would fill the screen. */
  private static final int WIDEST = 60;

  private final Format format;
  private final PrintStream out;
  private final ObjectMapper json = new ObjectMapper();
  private final List<List<String>> table = new ArrayList<>();
  private List<String> columns = List.of();

  QueryOutput(Format format, PrintStream out) {
    this.format = format;
    this.out = out;
  }

  void head(List<String> names) {
    columns = names;
    switch (format) {
      case TABLE -> table.add(names);
      case CSV -> csv(names);
      case JSON -> {}
    }
  }

  void row(List<Object> values) {
    switch (format) {
      case TABLE -> table.add(texts(values));
      case CSV -> csv(texts(values));
      case JSON -> json(values);
    }
  }

  /** Nothing stands for null. */
  private static List<String> texts(List<Object> values) {
    return values.stream().map(value -> value == null ? "" : value.toString()).toList();
  }

  /** As RFC 4180 has it. */
  private void csv(List<String> values) {
    out.println(
        values.stream()
            .map(
                value ->
                    value.matches("(?s).*[\",\r\n].*")
                        ? '"' + value.replace("\"", "\"\"") + '"'
                        : value)
            .collect(Collectors.joining(",")));
  }

  private void json(List<Object> values) {
    ObjectNode row = json.createObjectNode();
    for (int i = 0; i < values.size(); i++) {
      row.putPOJO(columns.get(i), values.get(i));
    }
    out.println(row);
  }

  @Override
  public void close() {
    int[] widths = new int[columns.size()];
    for (List<String> row : table) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cell(row.get(i)).length());
      }
    }
    for (List<String> row : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = cell(row.get(i));
        line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String cell(String text) {
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
  }
}
