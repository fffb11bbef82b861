package dev.watchword.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One command run in this JVM: its exit code and what it printed. */
record CommandLineRun(int exitCode, String out, String err) {
  static synchronized CommandLineRun of(String... arguments) {
    PrintStream systemOut = System.out;
    PrintStream systemErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(arguments);
      return new CommandLineRun(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(systemOut);
      System.setErr(systemErr);
    }
  }

  /** A command and its arguments, with a configuration file. */
  static CommandLineRun of(Path config, String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-c", config.toString()));
    return of(all.toArray(String[]::new));
  }

  /** The one line that speaks about the subject. */
  String line(String subject) {
    return out.lines().filter(line -> line.startsWith(subject)).findFirst().orElse("");
  }
}
