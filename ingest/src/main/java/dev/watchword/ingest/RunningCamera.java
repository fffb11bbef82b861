package dev.watchword.ingest;

import dev.watchword.schemas.CameraState;
import dev.watchword.service.LoopThread;
import java.util.function.Consumer;

/**
 * One camera at work: the thread that reads it, and what is done with its compressed video beside.
 * Made, stopped and closed by one thread at a time.
 */
final class RunningCamera implements AutoCloseable {
  private final CameraConfig config;
  private final CameraSupervisor supervisor;
  private final CameraTaps taps;
  private final Runnable ended;
  private final LoopThread thread;

  /**
   * Starts it.
   *
   * @param taps closed with this
   * @param ended runs when the camera's thread has ended, before the taps are closed
   */
  RunningCamera(
      CameraConfig config,
      CameraSupervisor supervisor,
      CameraTaps taps,
      Runnable ended,
      Consumer<Throwable> bugs) {
    this.config = config;
    this.supervisor = supervisor;
    this.taps = taps;
    this.ended = ended;
    this.thread = new LoopThread("camera-" + config.id(), supervisor, bugs).start();
  }

  CameraConfig config() {
    return config;
  }

  /** May be asked by any thread. */
  CameraState state() {
    return supervisor.state();
  }

  /** May be asked by any thread. */
  Recording recording() {
    return taps.recording();
  }

  /**
   * Asks it to end, without waiting.
   *
   * @param farewell the last state's detail; null says nothing
   */
  void stop(String farewell) {
    supervisor.farewell(farewell);
    thread.stop();
    taps.stop();
  }

  @Override
  public void close() {
    thread.close();
    ended.run();
    taps.close();
  }
}
