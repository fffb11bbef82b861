package dev.watchword.ingest;

import dev.watchword.ingest.outbox.Outbox;
import dev.watchword.ingest.outbox.Spooled;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outbox, with each of its frames accounted for. Without one nothing is kept. Safe for use by
 * many threads.
 */
final class Spool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Spool.class);

  private final Outbox outbox;
  private final IngestMetrics metrics;
  private final AtomicBoolean failing = new AtomicBoolean();

  private Spool(Outbox outbox, IngestMetrics metrics) {
    this.outbox = outbox;
    this.metrics = metrics;
  }

  /** Keeps nothing: frames that the broker does not take are dropped. */
  static Spool none(IngestMetrics metrics) {
    return new Spool(null, metrics);
  }

  /** A directory that cannot be used costs the outbox, not the service. */
  static Spool open(Path directory, long maxBytes, IngestMetrics metrics) {
    try {
      Outbox outbox =
          Outbox.open(directory, maxBytes, origin -> lost(metrics, origin, DropReason.OUTBOX_FULL));
      List<Spooled.Origin> left = outbox.waiting();
      left.forEach(origin -> metrics.camera(origin.camera()).recovered(origin));
      metrics.outboxCut(outbox.cut());
      if (!left.isEmpty() || outbox.cut() > 0) {
        log.atInfo()
            .addKeyValue("frames", left.size())
            .addKeyValue("torn", outbox.cut())
            .addKeyValue("directory", directory)
            .log("frames wait in the outbox");
      }
      return new Spool(outbox, metrics);
    } catch (IOException e) {
      log.atError()
          .addKeyValue("directory", directory)
          .addKeyValue("error", e.toString())
          .log("the outbox cannot be opened: while the broker is away frames are dropped");
      return none(metrics);
    }
  }

  /** Keeps the frame, or counts it as dropped for the given reason. */
  void keep(SampledFrame frame, DropReason reason, CameraMetrics camera) {
    if (outbox == null || !reason.isPassing()) {
      camera.dropped(frame, reason);
      return;
    }
    try {
      outbox.append(frame);
      camera.spooled(frame);
      failing.set(false);
    } catch (IOException e) {
      camera.dropped(frame, DropReason.OUTBOX_FAILED);
      failed(e);
    }
  }

  boolean isEmpty() {
    return outbox == null || outbox.isEmpty();
  }

  /** The oldest frames that are not on their way yet. */
  List<Spooled> take(int most) {
    try {
      return outbox.take(most, origin -> lost(metrics, origin, DropReason.OUTBOX_FAILED));
    } catch (IOException e) {
      failed(e);
      return List.of();
    }
  }

  /** The broker has it. */
  void delivered(Spooled frame) {
    metrics.camera(frame.origin().camera()).late(frame.origin());
    settle(frame, true);
  }

  /** The broker did not take it: it waits again, or is lost where no later try can help. */
  void undelivered(Spooled frame, DropReason reason) {
    if (!reason.isPassing()) {
      lost(metrics, frame.origin(), reason);
    }
    settle(frame, !reason.isPassing());
  }

  private void settle(Spooled frame, boolean done) {
    try {
      outbox.settle(frame, done);
    } catch (IOException e) {
      failed(e);
    }
  }

  private static void lost(IngestMetrics metrics, Spooled.Origin origin, DropReason reason) {
    metrics.camera(origin.camera()).lostFromOutbox(origin, reason);
  }

  private void failed(IOException e) {
    if (failing.compareAndSet(false, true)) {
      log.atError()
          .addKeyValue("error", e.toString())
          .log("the outbox's disk fails: while the broker is away frames are dropped");
    }
  }

  @Override
  public void close() {
    try {
      if (outbox != null) {
        outbox.close();
      }
    } catch (IOException e) {
      failed(e);
    }
  }
}
