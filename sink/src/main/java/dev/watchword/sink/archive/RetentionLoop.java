package dev.watchword.sink.archive;

import dev.watchword.service.LoopThread;
import dev.watchword.storage.ObjectStore;
import dev.watchword.storage.StoredObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes days of stored files that are too old, or the oldest while there is too much. Several
 * processes may do so at the same time. What cannot be deleted now is tried again in the next
 * round.
 */
final class RetentionLoop implements LoopThread.Loop {
  static final Duration EVERY = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(RetentionLoop.class);

  /** The last one in a name: a camera may be called as a day is. */
  private static final Pattern DATE = Pattern.compile(".*/(?:date=)?(\\d{4}-\\d{2}-\\d{2})/");

  private final Retention retention;
  private final ObjectStore store;
  private final String kind;
  private final List<String> directories;
  private final InstantSource clock;
  private final ArchiveMetrics metrics;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean failing;

  /** A file of a day. */
  private record Dated(LocalDate date, StoredObject file) {}

  /**
   * @param store becomes the loop's, which closes it
   * @param kind what is deleted, as it is counted
   * @param directories those that hold days, such as {@code detections/date=2026-03-01/..} or
   *     {@code evidence/gate/2026-03-01/..}; the size of all together counts
   */
  RetentionLoop(
      Retention retention,
      ObjectStore store,
      String kind,
      List<String> directories,
      InstantSource clock,
      ArchiveMetrics metrics) {
    this.retention = retention;
    this.store = store;
    this.kind = kind;
    this.directories = List.copyOf(directories);
    this.clock = clock;
    this.metrics = metrics;
  }

  /** One look at all files, then the wait for the next. */
  @Override
  public void step() throws InterruptedException {
    try {
      deleteExpired();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        log.atWarn()
            .addKeyValue("storage", store)
            .addKeyValue("error", e.getMessage())
            .log("old files of the {} cannot be deleted; trying again each hour", kind);
      }
    }
    boolean unused = stopped.await(EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  void deleteExpired() throws IOException {
    List<Dated> files = files();
    long bytes = files.stream().mapToLong(dated -> dated.file().bytes()).sum();
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    for (Dated dated : files) {
      boolean old = isOld(dated.date());
      boolean tooMuch = retention.maxBytes().isPresent() && bytes > retention.maxBytes().get();
      // What is being written today is never too much: the disk's own size would be the limit.
      if (!old && (!tooMuch || !dated.date().isBefore(today))) {
        continue;
      }
      store.delete(dated.file().name());
      bytes -= dated.file().bytes();
      metrics.deleted(kind, dated.file().bytes());
    }
  }

  /** Oldest first, the order within a day being the same each time. */
  private List<Dated> files() throws IOException {
    List<Dated> files = new ArrayList<>();
    for (String directory : directories) {
      for (StoredObject file : store.list(directory)) {
        Matcher matcher = DATE.matcher(file.name());
        if (matcher.find()) {
          date(matcher.group(1)).ifPresent(date -> files.add(new Dated(date, file)));
        }
      }
    }
    files.sort(Comparator.comparing(Dated::date).thenComparing(dated -> dated.file().name()));
    return files;
  }

  /** Empty for what only looks like a day: it is not ours. */
  private static Optional<LocalDate> date(String text) {
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Whether the whole day is older than what is kept. */
  private boolean isOld(LocalDate date) {
    Instant end = date.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    return retention.keep().map(keep -> end.isBefore(clock.instant().minus(keep))).orElse(false);
  }

  @Override
  public void wakeup() {
    stopped.countDown();
  }

  @Override
  public void close() {
    store.close();
  }
}
