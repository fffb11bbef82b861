package dev.watchword.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Three cameras to try things on: {@code yard} and {@code street} are drawn, and the third plays
 * the user's clip as {@code clip} or, without one, is drawn too ({@code lot}). Drawing takes some
 * seconds the first time; the clips are kept in a directory. Thread-safe.
 */
public final class CameraSimulator implements AutoCloseable {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final double FRAMES_PER_SECOND = 12;
  private static final int FRAMES = 288;

  private final RtspServer server;
  private final List<SimulatedCamera> cameras;

  /**
   * Prepares the clips and starts to serve them.
   *
   * @param cache directory for the drawn clips; made if absent
   * @param port of 127.0.0.1, 0 takes a free one
   * @param clip the user's own, null for none
   */
  public CameraSimulator(Path cache, int port, Path clip) throws IOException {
    server = new RtspServer(port);
    try {
      prepare(cache, clip).forEach(this::mount);
    } catch (UncheckedIOException e) {
      server.close();
      throw e.getCause();
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    List<SimulatedCamera> named = new ArrayList<>();
    for (String name : List.of("yard", "street", clip == null ? "lot" : "clip")) {
      named.add(new SimulatedCamera(name, server.url(name)));
    }
    cameras = List.copyOf(named);
  }

  private static Map<String, Path> prepare(Path cache, Path clip) throws IOException {
    Map<String, Future<Path>> wanted = new LinkedHashMap<>();
    Map<String, Path> ready = new LinkedHashMap<>();
    ExecutorService painters =
        Executors.newFixedThreadPool(3, Thread.ofPlatform().daemon().name("draw-", 0).factory());
    try {
      wanted.put("yard", painters.submit(drawn(cache, Setting.YARD)));
      wanted.put("street", painters.submit(drawn(cache, Setting.STREET)));
      if (clip == null) {
        wanted.put("lot", painters.submit(drawn(cache, Setting.LOT)));
      } else {
        ready.put("clip", clip);
      }
      for (Map.Entry<String, Future<Path>> entry : wanted.entrySet()) {
        ready.put(entry.getKey(), result(entry.getValue()));
      }
    } finally {
      painters.shutdownNow();
    }
    return ready;
  }

  private static Callable<Path> drawn(Path cache, Setting setting) {
    // The seeds were chosen by eye.
    DrawnScene scene =
        new DrawnScene(setting, 7 + setting.ordinal(), WIDTH, HEIGHT, FRAMES_PER_SECOND, FRAMES);
    return () -> SceneClip.cached(cache, scene);
  }

  private static Path result(Future<Path> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IOException(
          "Cannot draw a clip for the camera simulator: " + e.getCause().getMessage(),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while drawing clips for the camera simulator.", e);
    }
  }

  private void mount(String name, Path clip) {
    try {
      server.mount(name, clip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<SimulatedCamera> cameras() {
    return cameras;
  }

  /** The server, to switch faults on or to add mounts; closed with this. */
  public RtspServer server() {
    return server;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
