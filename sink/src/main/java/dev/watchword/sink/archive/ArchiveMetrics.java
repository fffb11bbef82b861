package dev.watchword.sink.archive;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/**
 * What the archive counts. At any time between two steps:
 *
 * <pre>
 * consumed = archived + dead_lettered + open + given_back
 * </pre>
 *
 * <p>Given back are records that were dropped before they were stored, after a failure or because
 * their partition moved; this or another process consumes them again.
 */
final class ArchiveMetrics {
  private final Counter consumed;
  private final Counter archived;
  private final Counter deadLettered;
  private final Counter givenBack;
  private final Gauge open;
  private final Counter files;
  private final Counter bytes;
  private final Counter deletedFiles;
  private final Counter deletedBytes;
  private final Histogram writeSeconds;

  ArchiveMetrics(CollectorRegistry registry) {
    consumed =
        Counter.build("watchword_archive_records_consumed_total", "Records polled.")
            .register(registry);
    archived =
        Counter.build("watchword_archive_records_archived_total", "Records in stored files.")
            .register(registry);
    deadLettered =
        Counter.build(
                "watchword_archive_records_dead_lettered_total", "Records that cannot be read.")
            .register(registry);
    givenBack =
        Counter.build(
                "watchword_archive_records_given_back_total", "Records dropped to be polled again.")
            .register(registry);
    open =
        Gauge.build("watchword_archive_open_records", "Records that are not stored yet.")
            .register(registry);
    files = Counter.build("watchword_archive_files_total", "Files stored.").register(registry);
    bytes =
        Counter.build("watchword_archive_written_bytes_total", "Bytes stored.").register(registry);
    deletedFiles =
        Counter.build("watchword_archive_deleted_files_total", "Files past their time or room.")
            .labelNames("of")
            .register(registry);
    deletedBytes =
        Counter.build("watchword_archive_deleted_bytes_total", "Bytes of deleted files.")
            .labelNames("of")
            .register(registry);
    // There from the start, so that a rate over them sees the first deletion.
    for (String of : new String[] {"archive", "evidence"}) {
      deletedFiles.labels(of);
      deletedBytes.labels(of);
    }
    writeSeconds =
        Histogram.build("watchword_archive_write_seconds", "Time to store a file.")
            .buckets(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);
  }

  void consumed() {
    consumed.inc();
    open.inc();
  }

  void stored(int size, long nanos) {
    files.inc();
    bytes.inc(size);
    writeSeconds.observe(nanos / 1e9);
  }

  /** The bucket's offsets are committed. */
  void committed(FinishedBucket bucket) {
    archived.inc(bucket.rows());
    deadLettered.inc(bucket.deadLetters().size());
    open.dec(bucket.records());
  }

  /**
   * @param of archive or evidence
   */
  void deleted(String of, long size) {
    deletedFiles.labels(of).inc();
    deletedBytes.labels(of).inc(size);
  }

  void givenBack(int records) {
    givenBack.inc(records);
    open.dec(records);
  }
}
