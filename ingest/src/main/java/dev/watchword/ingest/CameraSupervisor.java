package dev.watchword.ingest;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.Ids;
import dev.watchword.service.LoopThread;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Keeps one camera going: connects, passes its frames on, and after a failure waits and connects
 * anew, for ever. This is the only place that retries a camera. A recording that was read to its
 * end is not read again. Made by any thread, stepped and closed by the camera's own.
 */
final class CameraSupervisor implements LoopThread.Loop {
  /** So many sound frames in a row show that a camera works again. */
  private static final int FRAMES_TO_RESET = 10;

  private static final Duration IDLE = Duration.ofSeconds(1);

  private final CameraConfig camera;
  private final FrameSource.Opener opener;
  private final FramePublisher publisher;
  private final CameraMetrics metrics;
  private final Clock clock;
  private final Pause pause;
  private final RandomGenerator random;
  private final RetryDelay retryDelay;
  private final List<PacketTap> taps;
  private final CameraReport report;
  private final JpegEncoder encoder;
  private final StopSignal stop = new StopSignal();
  private CameraLoop loop;
  private String session;
  private int soundFrames;
  private volatile Optional<String> farewell = Optional.of("");

  CameraSupervisor(
      CameraConfig camera,
      FrameSource.Opener opener,
      FramePublisher publisher,
      CameraMetrics metrics,
      Clock clock,
      Pause pause,
      RandomGenerator random) {
    this(camera, opener, publisher, metrics, clock, pause, random, List.of(), () -> Recording.OFF);
  }

  /**
   * @param taps see the packets of each session; they belong to the caller
   * @param recording what becomes of the camera's recording
   */
  CameraSupervisor(
      CameraConfig camera,
      FrameSource.Opener opener,
      FramePublisher publisher,
      CameraMetrics metrics,
      Clock clock,
      Pause pause,
      RandomGenerator random,
      List<PacketTap> taps,
      Supplier<Recording> recording) {
    this.camera = camera;
    this.opener = opener;
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
    this.pause = pause;
    this.random = random;
    this.taps = List.copyOf(taps);
    this.retryDelay = new RetryDelay(random);
    this.report = new CameraReport(camera, publisher, clock, recording);
    this.encoder = new JpegEncoder(camera.picture(), camera.quality());
  }

  /** One connection attempt and its first frame, one further frame, or one wait. */
  @Override
  public void step() {
    report.refresh();
    if (report.state() == CameraState.ENDED) {
      pause.await(IDLE, stop);
      return;
    }
    try {
      if (loop == null) {
        connect();
      }
      passed(loop.step());
    } catch (SourceFailure failure) {
      if (!stop.isSet()) {
        failed(failure);
      }
    }
  }

  private void connect() throws SourceFailure {
    if (report.state() == null) {
      report.connecting();
    }
    session = Ids.session(clock, random);
    soundFrames = 0;
    FrameSource source = opener.open(camera, stop);
    metrics.session();
    loop = new CameraLoop(camera, session, source, encoder, publisher, metrics, taps);
  }

  private void passed(Frame frame) {
    if (frame.isDecoded()) {
      metrics.live(true);
      report.live(session, frame);
    }
    soundFrames = frame.broken() ? 0 : soundFrames + 1;
    if (soundFrames == FRAMES_TO_RESET) {
      retryDelay.reset();
    }
  }

  private void failed(SourceFailure failure) {
    boolean ended = loop != null && loop.isFinite() && failure.kind() == CameraCause.ENDED;
    disconnect();
    if (ended) {
      report.ended(session, failure);
      return;
    }
    metrics.failure(failure.kind());
    report.waiting(session, failure);
    pause.await(retryDelay.next(), stop);
  }

  private void disconnect() {
    metrics.live(false);
    if (loop != null) {
      loop.close();
      loop = null;
    }
  }

  /** The state last told, null before the first; may be asked by any thread. */
  CameraState state() {
    return report.state();
  }

  /**
   * Why it will be stopped, for the last state it tells; null to tell none. May be called by any
   * thread, before the stop.
   */
  void farewell(String why) {
    farewell = Optional.ofNullable(why);
  }

  @Override
  public void wakeup() {
    stop.set();
  }

  @Override
  public void close() {
    stop.set();
    disconnect();
    encoder.close();
    if (report.state() != CameraState.ENDED) {
      farewell.ifPresent(report::stopped);
    }
  }
}
