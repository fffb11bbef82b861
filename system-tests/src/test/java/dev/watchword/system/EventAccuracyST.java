package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.zones.Zones;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Setting;
import dev.watchword.sink.events.Scene;
import dev.watchword.sink.events.TrackingConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of drawn scenes, found in the boxes that were drawn, against what happened in them. */
class EventAccuracyST {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant BEGAN = Instant.parse("2026-03-01T12:00:00Z");
  private static final double SECONDS = 120;
  private static final int SEEDS = 6;

  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 5})
  void findsNineteenOfTwentyEventsAndInventsAsFew(double perSecond) {
    EventScore score = score(perSecond);

    assertThat(score.precision()).isGreaterThanOrEqualTo(0.95);
    assertThat(score.recall()).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void findsNineOfTenWithALookEveryTwoSeconds() {
    EventScore score = score(0.5);

    assertThat(score.precision()).isGreaterThanOrEqualTo(0.9);
    assertThat(score.recall()).isGreaterThanOrEqualTo(0.9);
  }

  private static EventScore score(double perSecond) {
    EventScore score = new EventScore();
    double patience = TrackingConfig.DEFAULT.patience().toMillis() / 1e3;
    for (Setting setting : Setting.values()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        DrawnScene scene = new DrawnScene(setting, seed, 640, 480, 10, 400);
        score.add(Stay.of(scene, SECONDS, perSecond, patience), told(scene, perSecond), BEGAN);
      }
    }

    System.out.printf(
        "%.1f frames/s: %d events, %d stays, precision %.3f, recall %.3f%n",
        perSecond, score.events(), score.stays(), score.precision(), score.recall());
    return score;
  }

  private static List<ObjectEvent> told(DrawnScene scene, double perSecond) {
    Scene seen = new Scene("gate", "street-life", TrackingConfig.DEFAULT);
    List<ObjectEvent> told = new ArrayList<>();
    for (FrameDetections record :
        DrawnDetections.of(scene, "gate", "drawn", BEGAN, SECONDS, perSecond)) {
      told.addAll(seen.frame(record, Zones.NONE));
    }
    told.addAll(seen.silent(Zones.NONE));
    return told;
  }
}
