package dev.watchword.app;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.archive.ArchiveSql;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword query}: SQL over the archive. */
@Command(
    name = "query",
    description = {
      "Runs one SQL query over the archive, by DuckDB.",
      "Tables: detections, a row for each frame and prompt; boxes, a row for each box;",
      "events, a row for each object's stay; event_records, all that was told of them;",
      "and the same of replays: replay_detections, replay_boxes, replay_events, replay_event_records."
    },
    mixinStandardHelpOptions = true)
final class QueryCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SQL",
      description = "For example: \"select camera, label, count(*) from boxes group by all\"")
  private String sql;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file. Default: the demo of this directory.")
  private Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "watchword-data",
      description = "The data directory of a demo. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private QueryOutput.Format format;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "How many days of a bucket are fetched; a directory is read whole. Default: ${DEFAULT-VALUE}.")
  private int days;

  @Override
  public Integer call() throws IOException {
    LocalDate since = LocalDate.now(ZoneOffset.UTC).minusDays(days - 1L);
    try (ArchiveSql archive = ArchiveSql.open(storage(), Caches.archive(), since);
        QueryOutput output = new QueryOutput(format, System.out)) {
      archive.query(sql, output::head, output::row);
    }
    return 0;
  }

  private StorageConfig storage() {
    return file == null
        ? new StorageConfig.Directory(data.toAbsolutePath().normalize().resolve("storage"))
        : WatchwordConfig.from(ConfigFile.read(file), new CollectorRegistry()).archive().storage();
  }
}
