package dev.watchword.ingest;

import dev.watchword.ingest.MotionGate.Verdict;
import dev.watchword.schemas.FrameId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One session of one camera, frame by frame. Used by the camera's thread. */
final class CameraLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraLoop.class);

  private final CameraConfig camera;
  private final String session;
  private final FrameSource source;
  private final Damage damage = new Damage();
  private final Sampler sampler;
  private final FrameGate gate;
  private final JpegEncoder encoder;
  private final FramePublisher publisher;
  private final CameraMetrics metrics;
  private long sequence;
  private boolean encodeFailureLogged;

  /**
   * @param source is closed with the loop
   * @param encoder belongs to the caller
   * @param taps see the session's packets; they belong to the caller
   */
  CameraLoop(
      CameraConfig camera,
      String session,
      FrameSource source,
      JpegEncoder encoder,
      FramePublisher publisher,
      CameraMetrics metrics,
      List<PacketTap> taps) {
    this.camera = camera;
    this.session = session;
    this.source = source;
    this.sampler = new Sampler(camera.samplesPerSecond());
    this.gate = FrameGate.of(camera);
    this.encoder = encoder;
    this.publisher = publisher;
    this.metrics = metrics;
    source.sampledBy(sampler, metrics);
    taps.forEach(tap -> source.tappedBy(tap, session));
  }

  /**
   * The life of a frame. Returns the frame, whose picture is no longer valid after the next step.
   */
  Frame step() throws SourceFailure {
    Frame frame = source.next();
    metrics.frame(session, frame.capturedAtMicros());
    metrics.captured();
    metrics.clock(frame.quality());
    if (damage.isDirty(frame.keyFrame(), frame.broken())) {
      metrics.dropped(DropReason.DAMAGED);
    } else if (!frame.isDecoded()) {
      sampler.pass(frame.ptsMicros());
      metrics.notSampled();
    } else if (!sampler.keep(frame.ptsMicros())) {
      metrics.notSampled();
    } else {
      sampled(frame);
    }
    return frame;
  }

  private void sampled(Frame frame) {
    Verdict verdict = gate.judge(frame);
    source.idle(gate.isIdle());
    if (verdict.passes()) {
      publish(frame, verdict, sequence++);
    } else {
      metrics.gated();
    }
  }

  private void publish(Frame frame, Verdict verdict, long number) {
    Jpeg jpeg;
    try {
      jpeg = encoder.encode(frame.picture());
    } catch (IllegalStateException e) {
      metrics.dropped(DropReason.NOT_ENCODED);
      logOnce(e);
      return;
    }
    FrameId id = new FrameId(camera.id(), session, number);
    publisher.publish(FrameRecords.of(id, frame, jpeg, verdict.reason(), verdict.score()), metrics);
  }

  private void logOnce(IllegalStateException e) {
    if (!encodeFailureLogged) {
      encodeFailureLogged = true;
      log.atWarn()
          .addKeyValue("camera", camera.id())
          .addKeyValue("error", e.getMessage())
          .log("frames cannot be written as JPEG");
    }
  }

  String session() {
    return session;
  }

  boolean isFinite() {
    return source.isFinite();
  }

  @Override
  public void close() {
    gate.close();
    source.close();
  }
}
