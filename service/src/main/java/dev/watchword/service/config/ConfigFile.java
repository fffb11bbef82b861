package dev.watchword.service.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a YAML file into {@link Section}s that remember their lines. */
public final class ConfigFile {
  private ConfigFile() {}

  /** Reads the file; references resolve against the process's environment. */
  public static Section read(Path file) {
    try {
      return parse(file.getFileName().toString(), Files.readString(file), System::getenv);
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          "there is no configuration file " + file + "; README.md shows one to start from");
    } catch (MalformedInputException e) {
      throw new ConfigException(file + " is not a text file in UTF-8");
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Parses a text; {@code name} stands for the file in messages, {@code environment} gives
   * variables.
   */
  public static Section parse(String name, String text, UnaryOperator<String> environment) {
    Section.Source source = new Section.Source(name, new References(environment));
    Node root;
    try {
      root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw new ConfigException(name + ":" + line + ": not valid YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new ConfigException(name + ": not valid YAML: " + e.getMessage());
    }
    if (root != null && !(root instanceof MappingNode)) {
      throw new ConfigException(name + ":1: expected keys such as 'cameras:' and 'prompts:'");
    }
    return new Section(source, "", 1, (MappingNode) root);
  }

  /**
   * A section of what {@link Section#written()} has given; {@code name} stands for the file in
   * messages.
   */
  public static Section of(
      String name, Map<String, String> written, UnaryOperator<String> environment) {
    return parse(name, Written.yaml(written), environment);
  }
}
