package dev.watchword.console;

import static dev.watchword.console.Records.START;
import static dev.watchword.console.Records.answer;
import static dev.watchword.console.Records.detection;
import static dev.watchword.console.Records.frame;
import static dev.watchword.console.Records.id;
import static dev.watchword.console.Records.masked;
import static dev.watchword.console.Records.status;
import static dev.watchword.console.Records.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.console.LiveUpdate.Box;
import dev.watchword.console.LiveUpdate.Header;
import dev.watchword.console.LiveUpdate.Overview;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.console.LiveUpdate.Seen;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.RecordingState;
import dev.watchword.schemas.Task;
import io.prometheus.client.CollectorRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveViewTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final MovableClock clock = new MovableClock(START);
  private final CollectorRegistry registry = new CollectorRegistry();
  private final List<LiveUpdate> updates = new ArrayList<>();
  private final LiveView view =
      view(new LiveView.Limits(3, 8, 16 * 1_000, SECOND, Duration.ofSeconds(10)));

  @Test
  void showsTheFrameWithItsBoxesOnceAnswered() {
    view.frame(frame("gate", 0));
    view.flush();
    assertThat(pictures()).isEmpty();

    clock.forward(Duration.ofMillis(60));
    view.answer(answer(id("gate", 0), detection("person", 0.25, 0.5, 0.5, 1)));
    view.flush();

    Picture picture = pictures().getFirst();
    assertThat(picture.jpeg().get(1)).isZero();
    Header header = picture.header();
    assertThat(header.boxes())
        .containsExactly(new Box("person", List.of(0.25f, 0.5f, 0.5f, 1f), 0.875f, "people", null));
    assertThat(header.said()).isEmpty();
    assertThat(header.outcome()).isEqualTo("INFERRED");
    assertThat(header.capturedAt()).isEqualTo("2026-05-01T08:00:00Z");
    assertThat(header.answeredAt()).isEqualTo("2026-05-01T08:00:00.040Z");
    assertThat(header.sentAt()).isEqualTo("2026-05-01T08:00:00.060Z");
    assertThat(header.answeredMillis()).isEqualTo(40);
    assertThat(header.shownMillis()).isEqualTo(60);
  }

  @Test
  void showsMasksAndWordsWithTheFrame() {
    byte[] values = new byte[64 * 64];
    values[7] = (byte) 200;
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), masked(detection("person", 0, 0, 1, 1), values)));
    view.answer(words(id("gate", 0), Task.CAPTION, "scene", START, " two people "));
    view.answer(words(id("gate", 0), Task.SEGMENT, "shapes", START, "<loc0001>"));
    view.answer(words(id("gate", 0), Task.ANSWER, "open", START, "x".repeat(600)));
    view.flush();

    Header header = pictures().getFirst().header();
    assertThat(header.boxes().getFirst().mask())
        .isEqualTo(new LiveUpdate.MaskValues(64, 64, ByteBuffer.wrap(values)));
    assertThat(header.said())
        .containsExactly(
            new LiveUpdate.Said("scene", "two people"),
            new LiveUpdate.Said("open", "x".repeat(500) + "…"));
  }

  @Test
  void showsNothingOfAShadow() {
    view.frame(frame("gate", 0));
    FrameDetections shadow =
        FrameDetections.newBuilder(answer(id("gate", 0), detection("car", 0, 0, 1, 1)))
            .setShadow(true)
            .build();
    view.answer(shadow);
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes())
        .extracting(Box::label)
        .containsExactly("person");
  }

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
  void joinsAnAnswerThatComesBeforeItsFrame() {
    view.answer(answer(id("gate", 5), detection("car", 0, 0, 1, 1)));
    view.flush();
    view.frame(frame("gate", 5));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes()).hasSize(1);
  }

  @Test
  void putsTheBoxesOfAllPromptsIntoOnePicture() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, .5, .5)));
    view.answer(
        answer(id("gate", 0), "vehicles", Outcome.INFERRED, START, detection("car", .5, .5, 1, 1)));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes())
        .extracting(Box::prompt)
        .containsExactly("people", "vehicles");
  }

  @Test
  void showsTheFrameAgainWhenAnotherPromptAnswersLater() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, .5, .5)));
    view.flush();
    view.answer(
        answer(id("gate", 0), "vehicles", Outcome.INFERRED, START, detection("car", .5, .5, 1, 1)));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().boxes().size()).containsExactly(1, 2);
  }

  @Test
  void showsAFrameBareAfterASecondWithoutAnswer() {
    view.frame(frame("gate", 0));
    clock.forward(Duration.ofMillis(999));
    view.flush();
    assertThat(pictures()).isEmpty();

    clock.forward(Duration.ofMillis(1));
    view.flush();
    view.flush();
    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().outcome()).isEqualTo("NO_ANSWER");
    assertThat(pictures().getFirst().header().answeredAt()).isNull();
  }

  @Test
  void waitsLongerForASlowModelSoThatItsBoxesAreSeen() {
    view.frame(frame("gate", 0));
    clock.forward(Duration.ofSeconds(2));
    view.flush();
    view.answer(answer(id("gate", 0)));
    view.flush();
    updates.clear();

    view.frame(frame("gate", 1));
    clock.forward(Duration.ofSeconds(2));
    view.flush();
    assertThat(pictures()).isEmpty();
    view.answer(answer(id("gate", 1), detection("person", 0, 0, 1, 1)));
    view.flush();
    assertThat(pictures()).extracting(p -> p.header().boxes().size()).containsExactly(1);
  }

  @Test
  void neverGoesBackToAnEarlierFrame() {
    view.frame(frame("gate", 0));
    view.frame(frame("gate", 1));
    view.answer(answer(id("gate", 1)));
    view.flush();
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    clock.forward(Duration.ofSeconds(30));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(1L);
    assertThat(dropped("overtaken")).isEqualTo(1);
    assertThat(view.detections(Optional.empty(), 10)).hasSize(1);
  }

  @Test
  void dropsFramesThatComeTwiceOrLateAndCountsThem() {
    view.frame(frame("gate", 4));
    view.frame(frame("gate", 4));
    view.frame(frame("gate", 3));
    clock.forward(SECOND);
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(4L);
    assertThat(dropped("duplicate")).isEqualTo(1);
    assertThat(dropped("out_of_order")).isEqualTo(1);
  }

  @Test
  void takesARecordingThatStartsOver() {
    view.frame(frame("gate", 500));
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0)));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(0L);
  }

  @Test
  void followsACameraIntoANewSession() {
    view.frame(frame("gate", 900));
    FrameId next = new FrameId("gate", "0197f6a0-0000-7000-8000-000000000002", 0L);
    view.frame(frame(next, START, Records.picture(7, 10)));
    view.answer(answer(next));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().session()).containsExactly(next.getSession());
  }

  @Test
  void holdsABoundedNumberOfFramesAndShowsThemBeforeTheyGo() {
    for (int sequence = 0; sequence < 20; sequence++) {
      view.frame(frame("gate", sequence));
    }

    assertThat(pictures()).hasSize(12);
    assertThat(pictures().getLast().header().sequence()).isEqualTo(11);
  }

  @Test
  void holdsABoundedNumberOfBytesAndRefusesAPictureThatNeverFits() {
    for (int sequence = 0; sequence < 4; sequence++) {
      view.frame(frame(id("gate", sequence), START, Records.picture(sequence, 400)));
    }
    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(0L, 1L);

    view.frame(frame(id("gate", 4), START, Records.picture(4, 1_001)));
    assertThat(dropped("too_large")).isEqualTo(1);
    assertThat(view.latestJpeg("gate").orElseThrow().get(1)).isEqualTo((byte) 3);
  }

  @Test
  void refusesCamerasBeyondTheLimit() {
    for (String camera : List.of("a", "b", "c", "d")) {
      view.frame(frame(camera, 0));
    }
    assertThat(view.cameras())
        .extracting(LiveUpdate.CameraState::camera)
        .containsExactly("a", "b", "c");
    assertThat(dropped("too_many_cameras")).isEqualTo(1);
  }

  @Test
  void keepsABoundedListOfDetectionsNewestFirst() {
    for (int sequence = 0; sequence < 2_100; sequence++) {
      String camera = sequence % 2 == 0 ? "gate" : "yard";
      view.answer(answer(id(camera, sequence), detection("person", 0, 0, 1, 1)));
    }
    assertThat(view.detections(Optional.empty(), 9_999)).hasSize(2_000);
    assertThat(view.detections(Optional.of("gate"), 2))
        .extracting(Seen::sequence)
        .containsExactly(2_098L, 2_096L);
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

  private LiveView view(LiveView.Limits limits) {
    return new LiveView(clock, limits, new ConsoleMetrics(registry), updates::add);
  }

  private List<Picture> pictures() {
    return updates.stream().filter(Picture.class::isInstance).map(Picture.class::cast).toList();
  }

  private List<Overview> overviews() {
    return updates.stream().filter(Overview.class::isInstance).map(Overview.class::cast).toList();
  }

  private double dropped(String reason) {
    return registry.getSampleValue(
        "watchword_console_frames_dropped_total", new String[] {"reason"}, new String[] {reason});
  }
}
