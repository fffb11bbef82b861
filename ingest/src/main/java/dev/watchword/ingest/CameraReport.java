package dev.watchword.ingest;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of a camera's state: one record and one log line for each change, none for more of the
 * same. A record without a log line follows when clock or recording change; the clock's at most
 * every {@link #CLOCK_INTERVAL}. A record that the broker did not get is sent again. {@link
 * #state()} may be read by any thread.
 */
final class CameraReport {
  private static final Logger log = LoggerFactory.getLogger(CameraReport.class);

  static final Duration CLOCK_INTERVAL = Duration.ofSeconds(10);

  private final CameraConfig camera;
  private final FramePublisher publisher;
  private final Clock clock;
  private final Supplier<Recording> recording;
  private ClockQuality quality;
  private ClockQuality toldQuality;
  private Recording toldRecording;
  private Instant clockDue = Instant.MIN;
  private volatile CameraStatus last;
  private volatile boolean unsent;

  /**
   * @param recording what becomes of the camera's recording, asked at any time
   */
  CameraReport(
      CameraConfig camera, FramePublisher publisher, Clock clock, Supplier<Recording> recording) {
    this.camera = camera;
    this.publisher = publisher;
    this.clock = clock;
    this.recording = recording;
  }

  void connecting() {
    quality = null;
    change(CameraState.CONNECTING, CameraCause.NONE, "", null, "", 0, 0);
  }

  void live(String session, Frame frame) {
    quality = frame.quality();
    change(
        CameraState.LIVE,
        CameraCause.NONE,
        "",
        session,
        frame.codec(),
        frame.width(),
        frame.height());
  }

  void waiting(String session, SourceFailure failure) {
    quality = null;
    change(CameraState.WAITING, failure.kind(), failure.getMessage(), session, "", 0, 0);
  }

  void ended(String session, SourceFailure failure) {
    change(CameraState.ENDED, failure.kind(), failure.getMessage(), session, "", 0, 0);
  }

  void stopped(String detail) {
    change(CameraState.STOPPED, CameraCause.NONE, detail, null, "", 0, 0);
  }

  /** The state last told, null before the first. */
  CameraState state() {
    CameraStatus status = last;
    return status == null ? null : status.getState();
  }

  /** Tells the last state again if the broker did not get it, or something beside it changed. */
  void refresh() {
    if (last == null) {
      return;
    }
    if (recording.get().differsFrom(toldRecording) || isClockWorthTelling()) {
      last = beside(CameraStatus.newBuilder(last)).build();
      send(last);
    } else if (unsent) {
      send(last);
    }
  }

  private boolean isClockWorthTelling() {
    return quality != null
        && last.getState() == CameraState.LIVE
        && (toldQuality == null || quality.differsNotablyFrom(toldQuality))
        && !clock.instant().isBefore(clockDue);
  }

  /** Adds what may change while the state stays. */
  private CameraStatus.Builder beside(CameraStatus.Builder status) {
    clockDue = clock.instant().plus(CLOCK_INTERVAL);
    toldQuality = quality;
    toldRecording = recording.get();
    if (quality != null) {
      status.setClock(quality.clock());
      status.setClockErrorMicros(quality.errorMicros() < 0 ? null : (Long) quality.errorMicros());
      status.setClockSkewPpm(Double.isNaN(quality.skewPpm()) ? null : (Double) quality.skewPpm());
    }
    boolean stopped = status.getState() == CameraState.STOPPED;
    Recording shown = stopped ? Recording.OFF : toldRecording;
    return status
        .setRecording(shown.state())
        .setRecordingCause(shown.cause())
        .setRecordingDetail(shown.detail());
  }

  private void change(
      CameraState state,
      CameraCause cause,
      String detail,
      String session,
      String codec,
      int width,
      int height) {
    if (last != null
        && last.getState() == state
        && last.getCause() == cause
        && last.getDetail().equals(detail)
        && last.getSourceWidth() == width
        && last.getSourceHeight() == height) {
      return;
    }
    last =
        beside(
                CameraStatus.newBuilder()
                    .setCamera(camera.id())
                    .setSession(session)
                    .setState(state)
                    .setCause(cause)
                    .setDetail(detail)
                    .setSince(Instant.EPOCH.plus(nowMicros(), ChronoUnit.MICROS))
                    .setUrl(camera.url().toString())
                    .setSourceWidth(width)
                    .setSourceHeight(height)
                    .setCodec(codec))
            .build();
    log(last);
    send(last);
  }

  private void send(CameraStatus status) {
    unsent = false;
    publisher.publish(status, () -> lost(status));
  }

  private void lost(CameraStatus status) {
    // An older state must not follow a newer one.
    if (status == last) {
      unsent = true;
    }
  }

  private long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  private static void log(CameraStatus status) {
    switch (status.getState()) {
      case LIVE ->
          log.atInfo()
              .addKeyValue("camera", status.getCamera())
              .addKeyValue("url", status.getUrl())
              .addKeyValue("codec", status.getCodec())
              .addKeyValue("size", status.getSourceWidth() + "x" + status.getSourceHeight())
              .log("camera live");
      case WAITING ->
          log.atWarn()
              .addKeyValue("camera", status.getCamera())
              .addKeyValue("cause", status.getCause())
              .addKeyValue("detail", status.getDetail())
              .log("camera away, trying again");
      case CONNECTING ->
          log.atInfo()
              .addKeyValue("camera", status.getCamera())
              .addKeyValue("url", status.getUrl())
              .log("camera connecting");
      case ENDED ->
          log.atInfo()
              .addKeyValue("camera", status.getCamera())
              .addKeyValue("detail", status.getDetail())
              .log("camera ended");
      case STOPPED ->
          log.atInfo()
              .addKeyValue("camera", status.getCamera())
              .addKeyValue("detail", status.getDetail())
              .log("camera stopped");
    }
  }
}
