package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.person;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Alerts of what is not there: objects, cameras, coverage. */
class AlertAbsenceTest extends AlertTopologyFixture {
  @Test
  void aCameraThatFallsSilentShowsNothingByTheWallClock() {
    rules("nobody: {when: nothing, label: person, for: 2m}");
    send(new Film(2).with("person", 0, 10, t -> person(0.5, 0.8)).frames(10));

    driver.advanceWallClockTime(Duration.ofSeconds(119));
    assertThat(told()).isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(5));

    assertThat(times(told())).containsExactly(129.5);
    driver.advanceWallClockTime(Duration.ofMinutes(30));
    assertThat(told()).isEmpty();
  }

  @Test
  void anAbsenceWaitsForAllPromptsOfTheCamera() {
    rules("nobody: {when: nothing, label: person, for: 20s}");
    List<Observation> empty = new Film(1).frames(60);
    List<Observation> seen = new Film(1).with("person", 0, 60, t -> person(0.5, 0.8)).frames(60);
    for (int i = 0; i < 60; i++) {
      send("cars", empty.get(i));
      if (i >= 25) {
        // The other prompt is 25 frames behind.
        send("people", seen.get(i - 25));
      }
      if (i == 0) {
        send("people", seen.get(0));
        send("people", seen.get(1));
      }
    }

    assertThat(told()).isEmpty();
  }

  private void status(CameraState state, Instant since) {
    CameraStatus status =
        CameraStatus.newBuilder()
            .setCamera("gate")
            .setState(state)
            .setCause(state == CameraState.LIVE ? CameraCause.NONE : CameraCause.TIMEOUT)
            .setDetail(state == CameraState.WAITING ? "no answer" : "")
            .setSince(since)
            .setUrl("rtsp://10.0.0.5/")
            .build();
    input("camera-status").pipeInput("gate", Wire.write(status));
  }

  @Test
  void tellsOfACameraThatIsLostAndOnceAlone() {
    rules("lost: {when: camera-lost, for: 30s, cool-down: 0s}");
    status(CameraState.LIVE, WALL.minusSeconds(60));
    status(CameraState.WAITING, WALL);
    status(CameraState.CONNECTING, WALL.plusSeconds(5));
    status(CameraState.WAITING, WALL.plusSeconds(10));

    driver.advanceWallClockTime(Duration.ofSeconds(29));
    assertThat(told()).isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(2));

    Alert alert = told().getFirst();
    assertThat(alert.getAt()).isEqualTo(WALL.plusSeconds(30));
    assertThat(alert.getReason()).isEqualTo("not live for 30s: no answer");
    driver.advanceWallClockTime(Duration.ofHours(1));
    status(CameraState.LIVE, WALL.plusSeconds(4000));
    assertThat(told()).isEmpty();
  }

  @Test
  void framesThatWereStillOnTheirWayDoNotRaiseALossTwice() {
    rules("lost: {when: camera-lost, for: 30s, cool-down: 0s}");
    List<Observation> frames = street(20);
    send(frames.subList(0, 20));
    status(CameraState.WAITING, WALL);
    driver.advanceWallClockTime(Duration.ofSeconds(31));
    assertThat(told()).hasSize(1);
    send(frames.subList(20, 40));
    driver.advanceWallClockTime(Duration.ofSeconds(31));

    assertThat(told()).isEmpty();
  }

  @Test
  void tellsOfALossThatPassedWhileNobodyWatched() {
    rules("lost: {when: camera-lost, for: 30s}");
    status(CameraState.WAITING, WALL.minusSeconds(100));
    status(CameraState.LIVE, WALL.minusSeconds(40));
    status(CameraState.WAITING, WALL.minusSeconds(20));
    status(CameraState.LIVE, WALL.minusSeconds(10));

    assertThat(told()).extracting(Alert::getAt).containsExactly(WALL.minusSeconds(70));
  }

  @Test
  void aCameraThatWasStoppedIsNotLost() {
    rules("lost: {when: camera-lost, for: 30s}");
    status(CameraState.STOPPED, WALL);

    driver.advanceWallClockTime(Duration.ofHours(1));
    assertThat(told()).isEmpty();
  }

  @Test
  void bringsCoverageTogetherByCamera() {
    rules("blind: {when: coverage-below, percent: 95}");
    coverage(CoverageService.INGEST, "i", 100, 0);
    coverage(CoverageService.INFERENCE, "w1", 0, 60);
    coverage(CoverageService.INFERENCE, "w2", 0, 20);
    assertThat(told()).isEmpty();

    driver.advanceWallClockTime(Duration.ofMinutes(4));

    assertThat(told()).singleElement().extracting(Alert::getMeasured).isEqualTo(80.0);
  }

  private void coverage(CoverageService service, String process, long captured, long inferred) {
    Coverage record =
        Coverage.newBuilder()
            .setCamera("gate")
            .setSession("s")
            .setMinute(WALL)
            .setService(service)
            .setProcess(process)
            .setClosed(service == CoverageService.INFERENCE)
            .setCaptured(captured)
            .setPublished(captured)
            .setPrompt(service == CoverageService.INFERENCE ? "people" : "")
            .setConsumed(inferred)
            .setAnswers(Map.of("inferred", inferred))
            .build();
    input("coverage").pipeInput("gate/s/" + service + process, Wire.write(record));
  }
}
