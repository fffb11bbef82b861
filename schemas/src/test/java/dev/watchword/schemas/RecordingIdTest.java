package dev.watchword.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordingIdTest {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void isTheSameForTheSameRecordingAndSortsByTime() {
    String id = Ids.recording(TIME, "a file");

    assertThat(Ids.recording(TIME, "a file")).isEqualTo(id);
    assertThat(Ids.recording(TIME, "another file")).isNotEqualTo(id);
    assertThat(Ids.recording(TIME.plusMillis(1), "a file")).isGreaterThan(id);
    assertThat(UUID.fromString(id).version()).isEqualTo(8);
  }
}
