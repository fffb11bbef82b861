package dev.watchword.ingest;

import dev.watchword.schemas.Segment;
import dev.watchword.service.LoopThread;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is done with one camera's compressed video beside decoding: the ring that evidence is cut
 * from and, if it is recorded, the thread that does so.
 */
final class CameraTaps implements AutoCloseable {
  private final PacketRing ring;
  private final List<PacketTap> taps = new ArrayList<>();
  private final RecordingWatch watch = new RecordingWatch();
  private final LoopThread recorder;

  CameraTaps(
      CameraConfig camera,
      Path storage,
      Consumer<Segment> index,
      CameraMetrics metrics,
      Clock clock,
      Consumer<Throwable> bugs) {
    ring = new PacketRing(camera.evidence());
    taps.add(ring);
    if (camera.recording().isEmpty()) {
      recorder = null;
      return;
    }
    PacketQueue queue =
        new PacketQueue(
            () -> {
              metrics.unrecorded();
              watch.fellBehind();
            });
    taps.add(queue);
    RecorderLoop loop =
        new RecorderLoop(
            camera.id(),
            camera.recording().get(),
            queue,
            new RecordingFiles(storage, camera.id()),
            index,
            metrics,
            watch,
            clock);
    recorder = new LoopThread("recorder-" + camera.id(), loop, bugs).start();
  }

  List<PacketTap> all() {
    return taps;
  }

  PacketRing ring() {
    return ring;
  }

  /** What becomes of the recording; may be asked by any thread. */
  Recording recording() {
    return recorder == null ? Recording.OFF : watch.now();
  }

  /** Asks the recorder to end, without waiting. */
  void stop() {
    if (recorder != null) {
      recorder.stop();
    }
  }

  /** Call it when the camera's own thread has ended. */
  @Override
  public void close() {
    if (recorder != null) {
      recorder.close();
    }
    ring.close();
  }
}
