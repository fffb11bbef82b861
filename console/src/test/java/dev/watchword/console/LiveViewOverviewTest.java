package dev.watchword.console;

import static dev.watchword.console.Records.START;
import static dev.watchword.console.Records.answer;
import static dev.watchword.console.Records.detection;
import static dev.watchword.console.Records.frame;
import static dev.watchword.console.Records.id;
import static dev.watchword.console.Records.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.console.LiveUpdate.Overview;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.RecordingState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of the cameras beside their pictures. */
class LiveViewOverviewTest extends LiveViewFixture {
  @Test
  void doesNotCallACameraLiveWhosePicturesHaveStopped() {
    view.status(status("gate", CameraState.LIVE, CameraCause.NONE, ""));
    view.frame(frame("gate", 0));
    clock.forward(CameraView.SILENT_AFTER);
    assertThat(view.cameras().getFirst().state()).isEqualTo("LIVE");

    clock.forward(Duration.ofMillis(1));
    assertThat(view.cameras().getFirst().state()).isEqualTo("WAITING");
    assertThat(view.cameras().getFirst().cause()).isEqualTo("STALLED");

    view.frame(frame("gate", 1));
    assertThat(view.cameras().getFirst().state()).isEqualTo("LIVE");
  }

  @Test
  void measuresRatesOverTenSecondsOfArrivals() {
    for (int sequence = 0; sequence <= 40; sequence++) {
      view.frame(frame("gate", sequence));
      view.answer(
          answer(id("gate", sequence), detection("a", 0, 0, 1, 1), detection("b", 0, 0, 1, 1)));
      view.flush();
      clock.forward(Duration.ofMillis(500));
    }
    assertThat(view.cameras().getFirst().framesPerSecond()).isCloseTo(2, within(0.11));

    clock.forward(Duration.ofSeconds(5));
    view.flush();
    Overview overview = overviews().getLast();
    assertThat(overview.framesPerSecond()).isCloseTo(1, within(0.11));
    assertThat(overview.detectionsPerSecond()).isCloseTo(2, within(0.21));

    clock.forward(Duration.ofSeconds(6));
    assertThat(view.cameras().getFirst().framesPerSecond()).isZero();
  }

  @Test
  void givesNoLatencyForARecording() {
    view.frame(frame(id("gate", 0), START, Records.picture(0, 10), CaptureClock.CONTAINER));
    view.answer(answer(id("gate", 0)));
    view.flush();

    assertThat(pictures().getFirst().header().answeredMillis()).isNull();
    assertThat(pictures().getFirst().header().shownMillis()).isNull();
  }

  @Test
  void saysWhyAFrameHasNoBoxes() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), "people", Outcome.SKIPPED_STALE, START));
    view.flush();
    assertThat(pictures().getLast().header().outcome()).isEqualTo("SKIPPED_STALE");
  }

  @Test
  void tellsStateChangesAtOnceAndCountsLiveCameras() {
    view.status(status("gate", CameraState.LIVE, CameraCause.NONE, ""));
    view.status(status("yard", CameraState.WAITING, CameraCause.TIMEOUT, "No answer in 5 s."));
    assertThat(updates)
        .filteredOn(LiveUpdate.Camera.class::isInstance)
        .extracting(update -> ((LiveUpdate.Camera) update).camera().state())
        .containsExactly("LIVE", "WAITING");

    view.flush();
    assertThat(overviews().getLast().live()).isEqualTo(1);
    assertThat(overviews().getLast().cameras()).hasSize(2);
  }

  @Test
  void passesOnHowTheClockAndTheRecordingAre() {
    view.status(
        CameraStatus.newBuilder(status("gate", CameraState.LIVE, CameraCause.NONE, ""))
            .setClock(CaptureClock.RTCP)
            .setClockErrorMicros(12_000L)
            .setClockSkewPpm(-35.5)
            .setRecording(RecordingState.DEGRADED)
            .setRecordingDetail("the disk has 3 MiB left")
            .build());
    view.frame(frame("yard", 0));

    LiveUpdate.CameraState gate = view.cameras().getFirst();
    assertThat(gate.clock()).isEqualTo(new LiveUpdate.ClockState("RTCP", 12_000L, -35.5));
    assertThat(gate.recording()).isEqualTo("DEGRADED");
    assertThat(gate.recordingDetail()).isEqualTo("the disk has 3 MiB left");
    assertThat(view.cameras().getLast().clock()).isNull();
    assertThat(view.cameras().getLast().recording()).isEqualTo("UNKNOWN");
  }

  @Test
  void forgetsACameraThatIsNoLongerConfigured() {
    view.status(status("gate", CameraState.LIVE, CameraCause.NONE, ""));
    view.remove("gate");

    assertThat(view.knows("gate")).isFalse();
    assertThat(overviews().getLast().cameras()).isEmpty();
  }

  @Test
  void sendsAnOverviewOnceASecond() {
    view.flush();
    clock.forward(Duration.ofMillis(999));
    view.flush();
    assertThat(overviews()).hasSize(1);
    clock.forward(Duration.ofMillis(1));
    view.flush();
    assertThat(overviews()).hasSize(2);
  }

  @Test
  void givesANewBrowserTheOverviewAndThePicturesOnShow() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    view.flush();
    view.frame(frame("gate", 1));

    List<LiveUpdate> whole = new ArrayList<>();
    view.whole(whole::addAll);
    assertThat(whole.getFirst()).isInstanceOf(Overview.class);
    assertThat(((Picture) whole.get(1)).header().sequence()).isZero();
    assertThat(whole).hasSize(2);
  }
}
