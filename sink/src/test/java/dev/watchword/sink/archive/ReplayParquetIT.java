package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.storage.FileObjectStore;
import dev.watchword.storage.StorageConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's SQL sees of replays. */
class ReplayParquetIT {
  @TempDir private Path directory;

  private static FrameDetections answer(long sequence, String... labels) throws IOException {
    return FrameDetections.fromByteBuffer(
        ByteBuffer.wrap(Archive.detection("gate", sequence, labels)));
  }

  private void store(ArchivedTable table, String key, FrameDetections... answers)
      throws IOException {
    ParquetRows file = new ParquetRows(table.schema());
    long offset = 0;
    for (FrameDetections answer : answers) {
      file.add(table.row(new ConsumerRecord<>("any", 3, offset++, key, new byte[0]), answer));
    }
    String name = "/date=2026-03-01/camera=gate/" + key.replace('/', '-') + ".parquet";
    new FileObjectStore(directory).put(table.directory() + name, file.finish());
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
  void keepsReplaysApartFromLiveCamerasAndFromEachOther() throws Exception {
    store(new DetectionRows(), "gate", answer(0, "person"));
    store(ReplayRows.detections(), Ids.replayKey("r1", "gate"), answer(0, "person"), answer(1));
    store(ReplayRows.detections(), Ids.replayKey("r2", "gate"), answer(0, "person", "car"));

    assertThat(query("select count(*) from detections")).containsExactly(List.of(1L));
    assertThat(
            query(
                    "select replay, count(*), sum(len(boxes)), max(text) from replay_detections group by all order by 1")
                .toString())
        .isEqualTo("[[r1, 2, 1, text 1], [r2, 1, 2, text 0]]");
    assertThat(query("select label, camera, sequence from replay_boxes where replay = 'r2'"))
        .containsExactlyInAnyOrder(List.of("person", "gate", 0L), List.of("car", "gate", 0L));
  }
}
