package dev.watchword.ingest;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is written to the console from its making to its closing. */
final class LogLines implements AutoCloseable {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  LogLines() {
    PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
  }

  List<String> all() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** The lines that tell of a camera's state. */
  List<String> states() {
    return all().stream().filter(line -> line.contains("CameraReport")).toList();
  }

  @Override
  public void close() {
    System.setOut(out);
    System.setErr(err);
  }
}
