package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.PathPoint;
import dev.watchword.schemas.Sighting;
import dev.watchword.schemas.ZoneStay;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.storage.FileObjectStore;
import dev.watchword.storage.StorageConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's SQL sees of events. */
class EventsParquetIT {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final FrameId FRAME = new FrameId("gate", "session", 42L);

  @TempDir private Path directory;

  @BeforeEach
  void archive() throws Exception {
    EventRows table = new EventRows();
    ParquetRows file = new ParquetRows(table.schema());
    long offset = 0;
    for (ObjectEvent event :
        List.of(
            event("one", EventPhase.START, 0, null),
            event("two", EventPhase.START, 0, null),
            event("one", EventPhase.END, 1, EndCause.LEFT))) {
      file.add(table.row(new ConsumerRecord<>("events", 3, offset++, "gate", new byte[0]), event));
    }
    new FileObjectStore(directory)
        .put("events/date=2026-03-01/camera=gate/part-3-0.parquet", file.finish());
  }

  private static ObjectEvent event(String id, EventPhase phase, int revision, EndCause cause) {
    Sighting seen = new Sighting(FRAME, TIME, new BoundingBox(0.25f, 0.5f, 0.75f, 1f), 0.875f);
    return new ObjectEvent(
        id,
        phase,
        revision,
        "gate",
        "person",
        "people",
        "0a1b2c3d",
        new ModelId("demo", "r1", "OnnxRuntime", "float32"),
        CaptureClock.RTCP,
        TIME.plusSeconds(6),
        TIME,
        cause == null ? null : TIME.plusSeconds(2),
        cause,
        5,
        seen,
        seen,
        seen,
        List.of(new PathPoint(TIME, 0.5f, 1f)),
        List.of(new ZoneStay("yard", true, 1, TIME, TIME.plusSeconds(2), 2_000_000L, 1)),
        List.of(new LineCrossing("door", CrossingDirection.TO_LEFT, TIME.plusSeconds(1))));
  }

  private List<List<Object>> query(String sql) throws IOException {
    List<List<Object>> rows = new ArrayList<>();
    try (ArchiveSql archive =
        ArchiveSql.open(
            new StorageConfig.Directory(directory), directory.resolve("cache"), LocalDate.EPOCH)) {
      archive.query(sql, head -> {}, rows::add);
    }
    return rows;
  }

  @Test
  void showsTheLastRowOfEachEvent() throws Exception {
    assertThat(query("select event_id, phase, cause from events order by 1"))
        .containsExactly(
            List.of("one", "END", "LEFT"), java.util.Arrays.asList("two", "START", null));
    assertThat(query("select count(*) from event_records")).containsExactly(List.of(3L));
  }

  @Test
  void keepsEveryField() throws Exception {
    assertThat(
            query(
                """
                select camera, revision, label, prompt_id, prompt_version, model_checkpoint,
                  model_revision, model_engine, model_precision, clock, frames, best_session,
                  best_sequence, best_score, best_x_min, best_y_min, best_x_max, best_y_max,
                  epoch_us(told_at) - epoch_us(started_at), epoch_us(ended_at) - epoch_us(started_at),
                  seen_until = started_at, best_captured_at = started_at, kafka_partition, kafka_offset
                from events where event_id = 'one'
                """))
        .containsExactly(
            List.of(
                "gate",
                1,
                "person",
                "people",
                "0a1b2c3d",
                "demo",
                "r1",
                "OnnxRuntime",
                "float32",
                "RTCP",
                5,
                "session",
                42L,
                0.875f,
                0.25f,
                0.5f,
                0.75f,
                1f,
                6_000_000L,
                2_000_000L,
                true,
                true,
                3,
                2L));
    assertThat(
            query(
                """
                select path[1].x, zones[1].zone, zones[1].inside, zones[1].dwell_micros,
                  zones[1].inside_count, crossings[1].line, crossings[1].direction
                from events where event_id = 'two'
                """))
        .containsExactly(List.of(0.5f, "yard", true, 2_000_000L, 1, "door", "TO_LEFT"));
  }
}
