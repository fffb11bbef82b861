package dev.watchword.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.ffmpeg;
import org.bytedeco.javacpp.Loader;

/** FFmpeg's own program, which comes with its library, as the other end of a source. */
final class Pusher implements AutoCloseable {
  private final List<String> command;
  private final Thread thread;
  private volatile boolean closed;
  private volatile Process process;

  private Pusher(List<String> command) {
    this.command = command;
    this.thread = Thread.ofPlatform().daemon().name("pusher").start(this::push);
  }

  /**
   * Plays the clip over and over in real time, and starts anew when the other end goes.
   *
   * @param options of FFmpeg's output
   */
  static Pusher start(Path clip, String url, String format, String... options) {
    List<String> command = command("-re", "-stream_loop", "-1", "-i", clip.toString());
    command.addAll(List.of("-c", "copy", "-f", format));
    if (format.equals("rtsp")) {
      command.addAll(List.of("-rtsp_transport", "tcp"));
    }
    command.addAll(List.of(options));
    command.add(url);
    return new Pusher(command);
  }

  /** Writes the clip once; pictures are encoded, streams copied. */
  static void write(Path clip, Path target, String format) throws IOException {
    List<String> command = command("-i", clip.toString());
    if (!format.equals("image2")) {
      command.addAll(List.of("-c", "copy"));
    }
    if (format.equals("hls")) {
      command.addAll(List.of("-hls_playlist_type", "vod", "-hls_time", "1"));
    }
    command.addAll(List.of("-f", format, target.toString()));
    Process writing = program(command).start();
    try {
      if (!writing.waitFor(30, TimeUnit.SECONDS) || writing.exitValue() != 0) {
        throw new IOException("cannot write " + target);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Loader.load(ffmpeg.class));
    command.addAll(List.of("-v", "quiet", "-nostdin", "-y"));
    command.addAll(List.of(arguments));
    return command;
  }

  private static ProcessBuilder program(List<String> command) {
    ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
    // The program does not look for its libraries beside itself.
    program
        .environment()
        .put("LD_LIBRARY_PATH", Path.of(command.getFirst()).getParent().toString());
    return program;
  }

  private void push() {
    try {
      while (!closed) {
        process = program(command).start();
        process.waitFor();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
