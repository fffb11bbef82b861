package dev.watchword.system;

import dev.watchword.sink.archive.ArchiveSql;
import dev.watchword.storage.StorageConfig;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Asks an archive in a directory. */
final class ArchivedRows {
  private ArchivedRows() {}

  /** The one number that the query gives. */
  static long number(Path storage, String sql) throws Exception {
    List<Object> values = new ArrayList<>();
    try (ArchiveSql archive =
        ArchiveSql.open(
            new StorageConfig.Directory(storage), storage.resolve("cache"), LocalDate.EPOCH)) {
      archive.query(sql, head -> {}, values::addAll);
    }
    return ((Number) values.get(0)).longValue();
  }
}
