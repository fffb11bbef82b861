package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.sink.archive.DetectionsConsumer.Log;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveLoopTest {
  private static final long MINUTE = 60_000;
  private static final int ALL = 1_000;

  private final Log log = new Log();
  @TempDir private Path directory;

  private static long at(long millis) {
    return Archive.START.toEpochMilli() + millis;
  }

  private static String name(String date, int partition, long offset) {
    return name(date, "gate", partition, offset);
  }

  private static String name(String date, String camera, int partition, long offset) {
    return "detections/date=%s/camera=%s/part-%d-%020d.parquet"
        .formatted(date, camera, partition, offset);
  }

  /** Three minutes on two partitions, with gaps, a bad record and one busy minute. */
  private void busyTopic() {
    Random random = new Random(7);
    long now = at(0);
    for (int i = 0; i < 200; i++) {
      now += random.nextInt(i < 100 ? 300 : 1_500);
      String camera = i % 4 == 0 ? "yard" : "gate";
      byte[] value =
          i == 50 ? new byte[] {1} : Archive.detection(camera, i, i % 3 == 0 ? "person" : "car");
      log.append(i % 3 == 0 ? 1 : 0, camera, value, now);
    }
    log.append(0, "gate", Archive.detection("gate", 900), now + 2 * MINUTE);
    log.append(1, "gate", Archive.detection("gate", 901), now + 2 * MINUTE);
  }

  @Test
  void recordOfAnotherMinuteEndsTheFile() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", Archive.detection("gate", 0, "person"), at(0));
    log.append(0, "gate", Archive.detection("gate", 1), at(MINUTE - 1));
    archive.loop.step();
    assertThat(archive.files()).isEmpty();

    log.append(0, "gate", Archive.detection("gate", 2), at(MINUTE));
    archive.loop.step();

    assertThat(archive.files()).containsOnlyKeys(name("2026-03-01", 0, 0));
    assertThat(log.committed(0)).isEqualTo(2);
    assertThat(archive.metric("files_total")).isEqualTo(1);
    assertThat(archive.metric("open_records")).isEqualTo(1);
  }

  @Test
  void eachCameraHasItsOwnFileNamedAfterItsFirstRecord() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", Archive.detection("gate", 0), at(0));
    log.append(0, "yard", Archive.detection("yard", 0), at(1));
    log.append(0, "gate", Archive.detection("gate", 1), at(2));
    log.append(0, "gate", Archive.detection("gate", 2), at(MINUTE));
    archive.loop.step();

    assertThat(archive.files())
        .containsOnlyKeys(name("2026-03-01", "gate", 0, 0), name("2026-03-01", "yard", 0, 1));
    assertThat(log.committed(0)).isEqualTo(3);
    assertThat(archive.metric("records_archived_total")).isEqualTo(3);
    assertThat(archive.metric("files_total")).isEqualTo(2);
  }

  @Test
  void fullBucketIsFollowedByAnotherOfTheSameMinute() throws Exception {
    Archive archive = new Archive(directory, log, 2, () -> ALL);
    for (int i = 0; i < 5; i++) {
      log.append(0, "gate", Archive.detection("gate", i), at(i));
    }
    archive.loop.step();

    assertThat(archive.files())
        .containsOnlyKeys(name("2026-03-01", 0, 0), name("2026-03-01", 0, 2));
    assertThat(log.committed(0)).isEqualTo(4);
  }

  @Test
  void filesDoNotDependOnHowRecordsArePolled() throws Exception {
    busyTopic();
    Map<String, byte[]> expected = null;
    for (int seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      Log same = log.copy();
      Path own = Files.createDirectory(directory.resolve("run" + seed));
      Archive archive = new Archive(own, same, 30, () -> random.nextInt(1, 25));
      archive.steps(300);
      Map<String, byte[]> files = archive.files();
      if (expected == null) {
        expected = files;
        assertThat(expected).hasSizeGreaterThan(6);
      }
      assertSame(files, expected);
    }
  }

  @Test
  void crashBeforeTheCommitWritesTheSameFilesAgain() throws Exception {
    busyTopic();
    Log undisturbed = log.copy();
    Path calm = Files.createDirectory(directory.resolve("calm"));
    Archive reference = new Archive(calm, undisturbed, 30, () -> 17);
    reference.steps(100);

    Path stormy = Files.createDirectory(directory.resolve("stormy"));
    Random random = new Random(3);
    for (int life = 0; life < 40; life++) {
      Archive archive = new Archive(stormy, log, 30, () -> random.nextInt(1, 60));
      archive.consumer.failCommits(random.nextBoolean());
      archive.steps(random.nextInt(1, 6));
      archive.loop.close();
    }
    Archive last = new Archive(stormy, log, 30, () -> 17);
    last.steps(100);

    assertSame(last.files(), reference.files());
    assertThat(log.committed(0)).isEqualTo(undisturbed.committed(0));
    assertThat(log.committed(1)).isEqualTo(undisturbed.committed(1));
  }

  @Test
  void failedCommitIsTakenUpFromTheLastOne() throws Exception {
    busyTopic();
    Archive archive = new Archive(directory, log, 30, () -> ALL);
    archive.consumer.failCommits(true);
    archive.loop.step();
    assertThat(archive.health.current().ok()).isFalse();
    assertThat(archive.health.current().detail()).contains("no coordinator");

    archive.consumer.failCommits(false);
    archive.steps(5);

    assertThat(archive.health.current().ok()).isTrue();
    assertThat(log.committed(0)).isPositive();
    assertThat(archive.metric("records_given_back_total")).isPositive();
    assertEverythingIsAccountedFor(archive);
  }

  @Test
  void quietPartitionIsClosedOnceNoRecordOfTheMinuteCanCome() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> 1);
    log.append(0, "gate", Archive.detection("gate", 0), at(0));
    archive.loop.step();
    archive.now = Archive.START.plusSeconds(60).plus(ArchiveLoop.MARGIN).minusMillis(1);
    archive.loop.step();
    assertThat(archive.files()).isEmpty();

    // One more has been appended in time, but is not polled before the clock strikes.
    log.append(0, "gate", Archive.detection("gate", 1), at(MINUTE - 1));
    log.append(0, "gate", Archive.detection("gate", 2), at(MINUTE - 1));
    archive.now = archive.now.plusMillis(1);
    archive.loop.step();
    assertThat(archive.files()).isEmpty();

    archive.loop.step();
    assertThat(archive.files()).containsOnlyKeys(name("2026-03-01", 0, 0));
    assertThat(log.committed(0)).isEqualTo(3);
    assertThat(archive.metric("records_archived_total")).isEqualTo(3);
  }

  @Test
  void fileBelongsToTheDayItsMinuteBeganIn() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", Archive.detection("gate", 0), at(MINUTE - 1));
    log.append(0, "gate", Archive.detection("gate", 1), at(MINUTE));
    log.append(0, "gate", Archive.detection("gate", 2), at(2 * MINUTE));
    archive.loop.step();

    assertThat(archive.files())
        .containsOnlyKeys(name("2026-03-01", 0, 0), name("2026-03-02", 0, 1));
  }

  @Test
  void closingStoresNoHalfMinute() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", Archive.detection("gate", 0), at(0));
    archive.loop.step();
    archive.loop.close();

    assertThat(archive.files()).isEmpty();
    assertThat(log.committed(0)).isZero();
  }

  @Test
  void recordsThatCannotBeReadAreSetAside() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", new byte[] {1, 2}, at(0));
    log.append(0, "gate", Archive.detection("gate", 1), at(1));
    log.append(0, "gate", null, at(2));
    log.append(0, "gate", Archive.detection("gate", 3), at(MINUTE));
    log.append(1, "yard", new byte[] {3}, at(0));
    log.append(1, "yard", Archive.detection("yard", 0), at(MINUTE));
    archive.loop.step();

    assertThat(archive.deadLetters())
        .anySatisfy(
            letter -> {
              assertThat(letter.getOffset()).isZero();
              assertThat(letter.getService()).isEqualTo("archive");
              assertThat(letter.getError()).contains("not detections");
            })
        .anySatisfy(letter -> assertThat(letter.getError()).contains("no value"))
        .hasSize(3);
    // A file that would hold nothing is not written, but its offsets are done with.
    assertThat(archive.files()).containsOnlyKeys(name("2026-03-01", 0, 1));
    assertThat(log.committed(0)).isEqualTo(3);
    assertThat(log.committed(1)).isEqualTo(1);
    assertThat(archive.metric("records_dead_lettered_total")).isEqualTo(3);
    assertEverythingIsAccountedFor(archive);
  }

  @Test
  void deadLetterThatIsNotTakenHoldsTheCommit() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    archive.producer.sendException = new org.apache.kafka.common.KafkaException("full");
    log.append(0, "gate", new byte[] {1}, at(0));
    log.append(0, "gate", Archive.detection("gate", 1), at(MINUTE));
    archive.loop.step();
    assertThat(log.committed(0)).isZero();
    assertThat(archive.health.current().ok()).isFalse();

    archive.producer.sendException = null;
    archive.loop.step();
    assertThat(log.committed(0)).isEqualTo(1);
    assertThat(archive.deadLetters()).hasSize(1);
    assertEverythingIsAccountedFor(archive);
  }

  @Test
  void waitsForStorageThatIsAway() throws Exception {
    Path root = directory.resolve("storage");
    Files.writeString(root, "in the way of the directory");
    Archive archive = new Archive(root, log, 1, () -> 2);
    for (int i = 0; i < 6; i++) {
      log.append(0, "gate", Archive.detection("gate", i), at(i));
    }
    archive.steps(4);
    assertThat(archive.health.current().ok()).isFalse();
    assertThat(archive.health.current().detail()).contains("storage file:" + root);
    assertThat(archive.metric("records_consumed_total")).isEqualTo(2);
    assertThat(log.committed(0)).isZero();

    Files.delete(root);
    archive.steps(4);
    assertThat(archive.health.current().ok()).isTrue();
    assertThat(archive.files()).hasSize(5);
    assertThat(log.committed(0)).isEqualTo(5);
    assertEverythingIsAccountedFor(archive);
  }

  @Test
  void partitionsThatLeaveTakeTheirRecordsAlong() throws Exception {
    Archive archive = new Archive(directory, log, ALL, () -> ALL);
    log.append(0, "gate", Archive.detection("gate", 0), at(0));
    log.append(1, "yard", Archive.detection("yard", 0), at(0));
    archive.loop.step();
    archive.consumer.assign(0);
    log.append(1, "yard", Archive.detection("yard", 1), at(MINUTE));
    log.append(0, "gate", Archive.detection("gate", 1), at(MINUTE));
    archive.loop.step();

    assertThat(archive.files()).containsOnlyKeys(name("2026-03-01", 0, 0));
    assertThat(log.committed(1)).isZero();
    assertThat(archive.metric("records_given_back_total")).isEqualTo(1);
    assertEverythingIsAccountedFor(archive);
  }

  private static void assertEverythingIsAccountedFor(Archive archive) {
    assertThat(archive.metric("records_consumed_total"))
        .isPositive()
        .isEqualTo(
            archive.metric("records_archived_total")
                + archive.metric("records_dead_lettered_total")
                + archive.metric("open_records")
                + archive.metric("records_given_back_total"));
  }

  private static void assertSame(Map<String, byte[]> files, Map<String, byte[]> expected) {
    assertThat(files.keySet()).isEqualTo(expected.keySet());
    new TreeMap<>(files)
        .forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(expected.get(name)));
  }
}
