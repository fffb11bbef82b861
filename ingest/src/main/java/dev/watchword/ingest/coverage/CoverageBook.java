package dev.watchword.ingest.coverage;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Counts what becomes of frames, by camera, session and the minute in which they were captured, and
 * knows what of it has to be told. What cannot be told, because the broker is away, is kept until
 * it can; of more than {@value #MOST_MINUTES} minutes the oldest are given up. Safe for use by many
 * threads.
 */
public final class CoverageBook {
  /** More than a frame may be on its way to the broker. */
  static final Duration GRACE = Duration.ofSeconds(15);

  /** How old a minute's last record may be when the process dies. */
  static final Duration EVERY = Duration.ofSeconds(10);

  /** Eight hours of 20 cameras, in some MiB. */
  static final int MOST_MINUTES = 10_000;

  private final String process;
  private final Map<Minute, Counts> minutes = new LinkedHashMap<>();
  private long givenUp;

  /**
   * @param process {@link Coverage#getProcess()}
   */
  public CoverageBook(String process) {
    this.process = process;
  }

  /** A minute of a session. */
  public record Minute(String camera, String session, Instant start) {
    public static Minute of(String camera, String session, long capturedAtMicros) {
      Instant at = Instant.EPOCH.plus(capturedAtMicros, ChronoUnit.MICROS);
      return new Minute(camera, session, at.truncatedTo(ChronoUnit.MINUTES));
    }
  }

  /** What is counted of one minute. */
  public static final class Counts {
    private long captured;
    private long notSampled;
    private long gated;
    private long published;
    private long spooled;
    private long late;
    private final Map<String, Long> dropped = new HashMap<>();
    private long pending;
    private long revision;
    private long told;
    private Instant toldAt = Instant.MIN;
    private boolean closed;

    public void captured() {
      captured++;
    }

    public void notSampled() {
      notSampled++;
    }

    public void gated() {
      gated++;
    }

    public void dropped(String reason) {
      dropped.merge(reason, 1L, Long::sum);
    }

    public void published() {
      published++;
    }

    public void spooled() {
      spooled++;
    }

    public void late() {
      late++;
    }

    private boolean isTold() {
      return told == revision;
    }

    /** A frame is on its way, to the broker or in the outbox: more will be counted here. */
    public void pending(int more) {
      pending += more;
    }
  }

  /** A record and what {@link #told} needs to know of it. */
  public record Due(Coverage coverage, Minute minute, long revision) {}

  public synchronized void count(Minute minute, Consumer<Counts> change) {
    Counts counts = minutes.get(minute);
    if (counts == null) {
      makeRoom();
      counts = new Counts();
      minutes.put(minute, counts);
    }
    change.accept(counts);
    counts.revision++;
  }

  private void makeRoom() {
    if (minutes.size() >= MOST_MINUTES) {
      Iterator<Counts> oldest = minutes.values().iterator();
      givenUp += oldest.next().isTold() ? 0 : 1;
      oldest.remove();
    }
  }

  /** How many minutes were given up since this was last asked. */
  public synchronized long takeGivenUp() {
    long taken = givenUp;
    givenUp = 0;
    return taken;
  }

  /**
   * The records to send now: a minute's first, the next after some seconds, and the closing one
   * when no frame of the minute can come any more.
   *
   * @param ending whether the process ends, so that all that is settled is closed
   */
  public synchronized List<Due> due(Instant now, boolean ending) {
    List<Due> due = new ArrayList<>();
    minutes.forEach(
        (minute, counts) -> {
          boolean over = isOver(minute, now) || ending && counts.pending == 0;
          boolean news = counts.revision > counts.told;
          boolean waited = !now.isBefore(counts.toldAt.plus(EVERY));
          if (over && !counts.closed || news && (waited || ending)) {
            counts.closed |= over;
            counts.toldAt = now;
            due.add(new Due(record(minute, counts), minute, counts.revision));
          }
        });
    return due;
  }

  private static boolean isOver(Minute minute, Instant now) {
    return now.isAfter(minute.start().plus(1, ChronoUnit.MINUTES).plus(GRACE));
  }

  private Coverage record(Minute minute, Counts counts) {
    return Coverage.newBuilder()
        .setCamera(minute.camera())
        .setSession(minute.session())
        .setMinute(minute.start())
        .setService(CoverageService.INGEST)
        .setProcess(process)
        .setClosed(counts.closed)
        .setCaptured(counts.captured)
        .setNotSampled(counts.notSampled)
        .setGated(counts.gated)
        .setDropped(Map.copyOf(counts.dropped))
        .setPublished(counts.published)
        .setSpooled(counts.spooled)
        .setLate(counts.late)
        .build();
  }

  /** The broker has the record, or not: then it is due again. */
  public synchronized void told(Due due, boolean arrived) {
    Counts counts = minutes.get(due.minute());
    if (counts == null) {
      return;
    }
    if (!arrived) {
      counts.toldAt = Instant.MIN;
      counts.closed &= !due.coverage().getClosed();
      return;
    }
    counts.told = Math.max(counts.told, due.revision());
    if (counts.closed && counts.pending == 0 && counts.isTold()) {
      minutes.remove(due.minute());
    }
  }

  /**
   * The closing records of all that Kafka does not have. To be called when nothing is counted any
   * more, and what is not settled has been left to another process.
   */
  public synchronized List<Coverage> untold() {
    List<Coverage> untold = new ArrayList<>();
    minutes.forEach(
        (minute, counts) -> {
          if (!counts.closed || !counts.isTold()) {
            counts.closed = true;
            untold.add(record(minute, counts));
          }
        });
    return untold;
  }

  /** {@link Coverage#getProcess()} of its records. */
  public String process() {
    return process;
  }
}
