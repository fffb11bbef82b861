package dev.watchword.sink.archive;

import dev.watchword.service.config.Section;
import dev.watchword.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the archive reads from the file: sections {@code archive}, {@code evidence} and {@code
 * storage}.
 *
 * @param rollEvery a file holds records of one such stretch of time
 * @param rollRecords the most records of a partition that are gathered before they are stored
 * @param retention which rows are deleted again
 * @param evidence which pictures and clips are deleted again
 */
public record ArchiveConfig(
    StorageConfig storage,
    Duration rollEvery,
    int rollRecords,
    Retention retention,
    Retention evidence) {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofDays(1);

  /**
   * @param storage the directory when the file's section {@code storage} names none
   */
  public static ArchiveConfig from(Section root, Path storage) {
    Section archive = root.section("archive");
    Duration rollEvery = archive.duration("roll-every", Duration.ofMinutes(5));
    if (rollEvery.compareTo(LEAST) < 0 || rollEvery.compareTo(MOST) > 0) {
      throw archive.wrong("roll-every", "must be between 1s and 1d");
    }
    return new ArchiveConfig(
        StorageConfig.from(root, storage),
        rollEvery,
        archive.integer("roll-records", 50_000, 1, 1_000_000),
        Retention.from(archive),
        Retention.from(root.section("evidence")));
  }
}
