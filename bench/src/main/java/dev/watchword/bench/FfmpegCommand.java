package dev.watchword.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.ffmpeg;
import org.bytedeco.javacpp.Loader;

/** The ffmpeg program that comes with the library we use: the same decoders, scaler and encoder. */
final class FfmpegCommand {
  private static final Pattern CPU = Pattern.compile("bench: utime=([0-9.]+)s stime=([0-9.]+)s");

  private static final Pattern DURATION = Pattern.compile("Duration: (\\d+):(\\d+):([0-9.]+)");

  private FfmpegCommand() {}

  /** How long a clip plays. */
  static double seconds(Path clip) throws IOException, InterruptedException {
    Matcher matcher = find(DURATION, output("-i", clip.toString(), "-t", "0", "-f", "null", "-"));
    return 3600 * Integer.parseInt(matcher.group(1))
        + 60 * Integer.parseInt(matcher.group(2))
        + Double.parseDouble(matcher.group(3));
  }

  /** Runs it with the arguments; the processor seconds that it used, its start included. */
  static double run(String... arguments) throws IOException, InterruptedException {
    Matcher matcher = find(CPU, output(arguments));
    return Double.parseDouble(matcher.group(1)) + Double.parseDouble(matcher.group(2));
  }

  private static Matcher find(Pattern pattern, String output) throws IOException {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IOException("ffmpeg said nothing like " + pattern + ":\n" + output);
    }
    return matcher;
  }

  private static String output(String... arguments) throws IOException, InterruptedException {
    Path program = Path.of(Loader.load(ffmpeg.class));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program.toString(), "-hide_banner", "-nostdin", "-y", "-benchmark"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // It finds the libraries of its jar beside itself.
    builder.environment().put("LD_LIBRARY_PATH", program.getParent().toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("ffmpeg failed:\n" + output);
    }
    return output;
  }
}
