package dev.watchword.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the pages for people show: README and the guides in {@code docs}. */
final class Documentation {
  private static final Path ROOT = Path.of("..");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern INLINE = Pattern.compile("`(\\./watchword [^`]+)`");

  /** A comment begins after two spaces, so that a number sign within a word is none. */
  private static final Pattern COMMENT = Pattern.compile("\\s{2,}#.*| # .*");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private Documentation() {}

  /** One page. */
  record Page(Path file, String text) {
    List<String> blocks(String language) {
      return FENCE
          .matcher(text)
          .results()
          .filter(fence -> fence.group(1).equals(language))
          .map(fence -> fence.group(2))
          .toList();
    }

    /** Each command line that begins with the launcher, as it stands there. */
    List<String> commands() {
      List<String> commands = new ArrayList<>();
      for (String block : blocks("")) {
        block.lines().filter(line -> line.startsWith("./watchword ")).forEach(commands::add);
      }
      INLINE.matcher(text.replace('\n', ' ')).results().map(m -> m.group(1)).forEach(commands::add);
      return commands;
    }

    List<String> links() {
      return LINK.matcher(text).results().map(link -> link.group(1)).toList();
    }

    /** First column of each table's rows below a heading. */
    List<String> firstColumn(String heading) {
      String from = text.substring(text.indexOf("\n## " + heading + "\n") + 1);
      int end = from.indexOf("\n## ");
      return (end < 0 ? from : from.substring(0, end))
          .lines()
          .filter(line -> line.startsWith("| `"))
          .map(line -> line.split("\\|")[1])
          .toList();
    }

    boolean hasHeading(String anchor) {
      return text.lines()
          .filter(line -> line.startsWith("#"))
          .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
          .map(title -> title.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
          .anyMatch(anchor::equals);
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  static Page page(String file) {
    return read(ROOT.resolve(file));
  }

  static List<Page> pages() {
    try (Stream<Path> guides = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(Stream.of(ROOT.resolve("README.md")), guides)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .map(Documentation::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Page read(Path file) {
    try {
      return new Page(file.normalize(), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The arguments of a command as a shell would hand them over: comments are cut, brackets around
   * what may be left out are taken away, {@code a|b} gives one list each.
   */
  static List<List<String>> arguments(String command) {
    String line = COMMENT.matcher(command).replaceFirst("").replaceAll("[\\[\\]]", "");
    List<List<String>> all = List.of(List.of());
    Matcher words = WORD.matcher(line);
    for (int i = 0; words.find(); i++) {
      if (i == 0) {
        continue;
      }
      boolean quoted = words.group(3) == null;
      String word =
          quoted ? (words.group(1) == null ? words.group(2) : words.group(1)) : words.group(3);
      List<String> choices = quoted ? List.of(word) : List.of(word.split("\\|"));
      all =
          all.stream()
              .flatMap(
                  before ->
                      choices.stream()
                          .map(one -> Stream.concat(before.stream(), Stream.of(one)).toList()))
              .toList();
    }
    return all;
  }
}
