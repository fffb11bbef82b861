package dev.watchword.system;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Watchword as a process of its own. Killed when closed. */
public final class WatchwordProcess implements AutoCloseable {
  private static final String MAIN = "dev.watchword.app.Main";

  /**
   * Flags for a process that computes much, or is measured: with the compilers that services have.
   */
  public static final List<String> AS_SERVICE = List.of("-Xmx640m");

  private static final List<String> SHORT_LIVED = List.of("-Xmx640m", "-XX:TieredStopAtLevel=1");

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private WatchwordProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name("output-" + process.pid()).start(this::read);
  }

  /**
   * Runs {@code Main} with the arguments on this JVM's class path, for a test: with a compiler that
   * is soon done.
   */
  public static WatchwordProcess start(Path directory, String... arguments) throws IOException {
    return java(directory, SHORT_LIVED, MAIN, arguments);
  }

  /**
   * @param flags of the JVM: how large the heap is, which compilers there are
   */
  public static WatchwordProcess start(Path directory, List<String> flags, String... arguments)
      throws IOException {
    return java(directory, flags, MAIN, arguments);
  }

  /** Runs one service, or all of them ({@code up}), to be measured. */
  public static WatchwordProcess measured(Path directory, String service, Path config)
      throws IOException {
    return start(directory, AS_SERVICE, service, "-c", config.toString(), "--operations-port", "0");
  }

  /** Runs any class on this JVM's class path. */
  static WatchwordProcess java(Path directory, String mainClass, String... arguments)
      throws IOException {
    return java(directory, SHORT_LIVED, mainClass, arguments);
  }

  private static WatchwordProcess java(
      Path directory, List<String> flags, String mainClass, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-XX:+UseSerialGC"));
    command.addAll(flags);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            mainClass));
    command.addAll(List.of(arguments));
    return launch(directory, command);
  }

  /** Runs any command line, the launcher script for example. */
  public static WatchwordProcess launch(Path directory, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .put("WATCHWORD_CACHE", Path.of("target", "cache").toAbsolutePath().toString());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    return new WatchwordProcess(builder.start());
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(output::add);
    } catch (UncheckedIOException | IOException e) {
      output.add("(output ended: " + e.getMessage() + ")");
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public String output() {
    return String.join("\n", output);
  }

  /** Waits for a line that matches and returns its first group. */
  public String awaitLine(String regex, Duration limit) {
    Pattern pattern = Pattern.compile(regex);
    return Wait.until(
        "a line that matches " + regex,
        limit,
        () -> {
          for (String line : output) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
              return matcher.groupCount() > 0 ? matcher.group(1) : line;
            }
          }
          if (!process.isAlive()) {
            throw new AssertionError("the process ended early:\n" + output());
          }
          return null;
        });
  }

  /** kill -9. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * SIGTERM, which ends the process on the same path as Ctrl-C. (A shell that runs tests in the
   * background hands SIGINT down as ignored, so that one cannot be relied on here.) Returns how
   * long the process took to end, and fails when it needed longer than the limit.
   */
  public Duration stop(Duration limit) throws InterruptedException {
    long start = System.nanoTime();
    process.toHandle().destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("the process did not end within " + limit + ":\n" + output());
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** The process, for its CPU time and memory. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
    reader.join(1000);
  }
}
