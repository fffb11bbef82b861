package dev.watchword.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static Clock at(String instant) {
    return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
  }

  @Test
  void makesSessionsThatSortByTheirBeginning() {
    Random random = new Random(1);
    String earlier = Ids.session(at("2026-01-01T00:00:00Z"), random);
    String later = Ids.session(at("2026-01-01T00:00:00.001Z"), random);

    assertThat(UUID.fromString(earlier).version()).isEqualTo(7);
    assertThat(UUID.fromString(earlier).variant()).isEqualTo(2);
    assertThat(earlier).isLessThan(later);
  }

  @Test
  void makesEventsThatSortByTheirBeginningAndAreTheSameEverywhere() {
    FrameId frame = new FrameId("gate", "0195a0b2-0000-7000-8000-000000000001", 42L);
    Instant time = Instant.parse("2026-03-01T12:00:00Z");
    String event = Ids.event(frame, time, "people", "person", 0);

    assertThat(UUID.fromString(event).version()).isEqualTo(8);
    assertThat(UUID.fromString(event).variant()).isEqualTo(2);
    assertThat(Ids.event(frame, time, "people", "person", 0)).isEqualTo(event);
    assertThat(event).isLessThan(Ids.event(frame, time.plusMillis(1), "people", "person", 0));
    assertThat(
            List.of(
                event,
                Ids.event(frame, time, "people", "person", 1),
                Ids.event(frame, time, "people", "car", 0),
                Ids.event(frame, time, "others", "person", 0)))
        .doesNotHaveDuplicates();
  }

  @Test
  void givesAPromptTheSameVersionEverywhere() {
    // printf 'detect person ; car' | sha256sum
    assertThat(Ids.promptVersion("detect person ; car")).isEqualTo("fc710a9c");
    assertThat(Ids.promptVersion("detect person")).isNotEqualTo(Ids.promptVersion("detect car"));
  }

  @Test
  void keepsCoverageOfEachPromptAndProcessApart() {
    Coverage coverage =
        Coverage.newBuilder()
            .setCamera("gate")
            .setSession("s")
            .setMinute(Instant.parse("2026-03-01T12:00:00Z"))
            .setService(CoverageService.INFERENCE)
            .setProcess("p")
            .setClosed(true)
            .setPrompt("people")
            .build();

    assertThat(Ids.key(coverage)).isEqualTo("gate/s/2026-03-01T12:00:00Z/INFERENCE/p/people");
  }
}
