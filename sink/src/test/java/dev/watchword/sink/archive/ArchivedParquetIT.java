package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.sink.archive.DetectionsConsumer.Log;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's SQL sees in the archive. */
class ArchivedParquetIT {
  @TempDir private Path directory;

  @BeforeEach
  void archive() throws Exception {
    Log log = new Log();
    long start = Archive.START.toEpochMilli();
    log.append(0, "gate", Archive.detection("gate", 0, "person", "car"), start);
    log.append(0, "gate", Archive.detection("gate", 1), start + 1);
    log.append(0, "gate", Archive.detection("gate", 2, "person"), start + 60_000);
    log.append(1, "yard", Archive.detection("yard", 5, "truck", Archive.MASKED), start);
    log.append(0, "gate", Archive.detection("gate", 9), start + 600_000);
    log.append(1, "yard", Archive.detection("yard", 9), start + 600_000);
    new Archive(directory, log, 100, () -> 100).loop.step();
  }

  @Test
  void countsRowsAndBoxes() throws Exception {
    assertThat(query("select camera, count(*) from archive group by 1 order by 1"))
        .containsExactly("gate|3", "yard|1");
    assertThat(
            query(
                "select b.label, count(*) from (select unnest(boxes) b from archive)"
                    + " group by 1 order by 1"))
        .containsExactly("car|1", "masked|1", "person|2", "truck|1");
    assertThat(query("select date, count(*) from archive group by 1 order by 1"))
        .containsExactly("2026-03-01|3", "2026-03-02|1");
  }

  @Test
  void keepsTimesToTheMicrosecond() throws Exception {
    assertThat(
            query(
                "select epoch_us(captured_at), epoch_us(published_at) - epoch_us(completed_at),"
                    + " typeof(captured_at) from archive where sequence = 2"))
        .containsExactly(
            (Archive.START.toEpochMilli() * 1000 + 2) + "|59998000|TIMESTAMP WITH TIME ZONE");
  }

  @Test
  void keepsEveryField() throws Exception {
    assertThat(
            query(
                """
                select session, clock, source_width, source_height, prompt_id, prompt_version, task,
                  model_checkpoint, model_revision, model_engine, model_precision, outcome, failure,
                  text, tokens, queue_micros, preprocess_micros, vision_micros, prefill_micros,
                  decode_micros, batch_size, kafka_partition, kafka_offset
                from archive where camera = 'yard'
                """))
        .containsExactly(
            "session|RTCP|1920|1080|people|0123abcd|SEGMENT|demo|r1|OnnxRuntime|float32|INFERRED|null"
                + "|text 5|8|1|2|3|4|5|6|1|0");
    assertThat(
            query(
                "select b.x_min, b.y_min, b.x_max, b.y_max, b.score, b.score_object,"
                    + " b.score_label, b.score_location"
                    + " from (select unnest(boxes) b from archive where camera = 'yard')"
                    + " where b.label = 'truck'"))
        .containsExactly("0.25|0.5|0.75|1.0|0.5|0.875|0.75|0.625");
    assertThat(query("select len(boxes) from archive where sequence = 1")).containsExactly("0");
  }

  @Test
  void keepsMasks() throws Exception {
    assertThat(
            query(
                "select b.label, hex(b.mask.codes), b.mask.width, b.mask.height, hex(b.mask.values)"
                    + " from (select unnest(boxes) b from archive where camera = 'yard')"))
        .containsExactly("truck|null|null|null|null", "masked|057F|1|3|007FFF");
  }

  @Test
  void compressesWithZstandard() throws Exception {
    assertThat(query("select distinct compression from parquet_metadata('" + glob() + "')"))
        .containsExactly("ZSTD");
  }

  private String glob() {
    return directory + "/detections/*/*/*.parquet";
  }

  private List<String> query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create view archive as select * from read_parquet('"
              + glob()
              + "', hive_partitioning"
              + " = true)");
      List<String> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          List<String> columns = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            columns.add(String.valueOf(result.getString(i)));
          }
          rows.add(String.join("|", columns));
        }
      }
      return rows;
    }
  }
}
