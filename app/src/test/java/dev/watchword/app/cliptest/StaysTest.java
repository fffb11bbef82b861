package dev.watchword.app.cliptest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.inference.Prompt;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.CameraUrl;
import dev.watchword.ingest.UnpacedPlay.Picture;
import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Score;
import dev.watchword.paligemma.Timings;
import dev.watchword.service.config.Secret;
import dev.watchword.service.zones.Line;
import dev.watchword.service.zones.Polygon;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.events.TrackingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stays, told by the very tracker of the events service. */
class StaysTest {
  private static final Zones ZONES =
      new Zones(
          Map.of("dock", Polygon.of("0,0 0.5,0 0.5,1 0,1")),
          Map.of("door", Line.of("0.5,0 0.5,1")));

  /** A car drives from left to right in 5 s; another stands at the right from 10 s to 11 s. */
  private static Watched watched() {
    CameraConfig camera = CameraConfig.of("gate", CameraUrl.of(new Secret("gate.mp4")));
    Prompt prompt = new Prompt("cars", DetectPrompt.parse("detect car ; bus"), Set.of(), false);
    Clip clip = new Clip(camera, ZONES, List.of(prompt), List.of());
    PromptWatch watch =
        new PromptWatch(
            clip, prompt, TrackingConfig.DEFAULT, new ModelId("test", "1", "none", "exact"));
    for (int i = 0; i <= 40; i++) {
      List<Detection> seen = List.of();
      if (i <= 10) {
        seen = List.of(car(0.1f + 0.06f * i, 0.9f));
      } else if (i >= 20 && i <= 22) {
        seen = List.of(car(0.7f, 0.7f));
      }
      watch.frame(
          new Picture(new byte[0], Duration.ofMillis(500L * i), 640, 480),
          new Generation(
              "",
              seen,
              List.of(1),
              new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO)));
    }
    return watch.end();
  }

  private static Detection car(float x, float score) {
    return new Detection("car", new Box(x, 0.4f, x + 0.2f, 0.8f), new Score(score, 1, 1, 1));
  }

  private static Verdict judge(String text) {
    return ExpectationText.parse(text, List.of("car", "bus"), ZONES).judge(watched());
  }

  @ParameterizedTest
  @CsvSource({
    "two stays of a car, true",
    "at least 3 stays of car, false",
    "one stay of car of at least 2 s, true",
    "one stay of car of at most 2 s, true",
    "no stay of bus, true",
    "no stay of car, false",
    "one stay of car between 3 s and 4 s, true",
    "no stay of car between 6 s and 9 s, true",
    "one stay of car after 6 s, true",
    "one stay of car in dock, true",
    "one stay of car in dock of at least 2 s, true",
    "stay of car in dock of at least 4 s, false",
    "one stay of car crossing door, true",
    "one stay of car with score 0.8, true",
  })
  void areThoseOfTheEventsService(String text, boolean ok) {
    assertThat(judge(text).ok()).as(judge(text).sentence()).isEqualTo(ok);
  }

  @Test
  void areListedWithTheirTimesWhenItIsNotThatMany() {
    assertThat(judge("no stay of car").sentence()).isEqualTo("saw 2 stays, 0-5 s, 10-11 s");
    assertThat(judge("stay of car of at least 8 s").sentence())
        .isEqualTo("saw no such stay; not counted: 2 stays, 0-5 s, 10-11 s");
    assertThat(judge("stay of car in dock of at least 4 s").sentence())
        .contains("0-5 s (")
        .contains("10-11 s (0 s in dock)");
    assertThat(judge("no stay of car").frames()).hasSize(2);
  }
}
