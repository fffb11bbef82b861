package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.storage.FileObjectStore;
import dev.watchword.storage.StoredObject;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionLoopTest {
  private final CollectorRegistry registry = new CollectorRegistry();
  private final ArchiveMetrics metrics = new ArchiveMetrics(registry);
  @TempDir private Path directory;
  private FileObjectStore store;

  @BeforeEach
  void threeDaysOfTwoTables() throws Exception {
    store = new FileObjectStore(directory);
    for (String day : List.of("2026-03-01", "2026-03-02", "2026-03-03")) {
      store.put("detections/date=" + day + "/camera=gate/part-0-1.parquet", new byte[100]);
      store.put("events/date=" + day + "/camera=gate/part-0-1.parquet", new byte[10]);
    }
    store.put("detections/readme", new byte[1000]);
  }

  private void deleteAt(String now, Optional<Duration> keep, Optional<Long> maxBytes)
      throws IOException {
    try (RetentionLoop loop =
        new RetentionLoop(
            new Retention(keep, maxBytes),
            store,
            "archive",
            List.of("detections", "events"),
            () -> Instant.parse(now),
            metrics)) {
      loop.deleteExpired();
    }
  }

  private Double deleted(String what, String of) {
    return registry.getSampleValue(
        "watchword_archive_deleted_" + what + "_total", new String[] {"of"}, new String[] {of});
  }

  private List<String> days(String table) throws IOException {
    return store.list(table).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains("date="))
        .map(name -> name.substring(table.length() + 6, table.length() + 16))
        .toList();
  }

  @Test
  void deletesADayOnceAllOfItIsTooOld() throws Exception {
    deleteAt("2026-03-04T00:00:00Z", Optional.of(Duration.ofDays(2)), Optional.empty());
    assertThat(days("detections")).containsExactly("2026-03-01", "2026-03-02", "2026-03-03");

    deleteAt("2026-03-04T00:00:01Z", Optional.of(Duration.ofDays(2)), Optional.empty());
    assertThat(days("detections")).containsExactly("2026-03-02", "2026-03-03");
    assertThat(days("events")).containsExactly("2026-03-02", "2026-03-03");
    assertThat(deleted("files", "archive")).isEqualTo(2);
    assertThat(deleted("bytes", "archive")).isEqualTo(110);
  }

  @Test
  void deletesTheOldestUntilTheRestFits() throws Exception {
    deleteAt("2026-03-03T12:00:00Z", Optional.empty(), Optional.of(230L));

    assertThat(days("detections")).containsExactly("2026-03-02", "2026-03-03");
    assertThat(days("events")).containsExactly("2026-03-01", "2026-03-02", "2026-03-03");
  }

  @Test
  void neverDeletesTheDayThatIsBeingWritten() throws Exception {
    deleteAt("2026-03-03T12:00:00Z", Optional.empty(), Optional.of(0L));

    assertThat(days("detections")).containsExactly("2026-03-03");
    assertThat(days("events")).containsExactly("2026-03-03");
  }

  @Test
  void aCameraMayBeNamedAsADayIs() throws Exception {
    store.put("events/2020-01-01/2026-03-03/a.jpg", new byte[10]);

    deleteAt("2026-03-04T12:00:00Z", Optional.of(Duration.ofDays(1)), Optional.empty());

    assertThat(store.list("events"))
        .extracting(StoredObject::name)
        .contains("events/2020-01-01/2026-03-03/a.jpg");
  }

  @Test
  void leavesWhatBelongsToNoDay() throws Exception {
    store.put("events/date=2026-13-01/camera=gate/a.parquet", new byte[10]);
    deleteAt("2030-01-01T00:00:00Z", Optional.of(Duration.ofDays(1)), Optional.of(0L));

    assertThat(store.list("detections"))
        .extracting(StoredObject::name)
        .containsExactly("detections/readme");
    assertThat(store.list("events"))
        .extracting(StoredObject::name)
        .containsExactly("events/date=2026-13-01/camera=gate/a.parquet");
  }
}
