package dev.watchword.ingest.coverage;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The records of the topic {@code coverage} added up, a row for each minute. Not thread-safe. */
public final class CoverageTable {
  /** A process tells of a minute within this time after it, while it lives and Kafka does. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private record Teller(String camera, String session, Instant minute, String process) {}

  private record Place(Instant minute, String camera, String session) {}

  private final Map<Teller, Coverage> latest = new HashMap<>();

  /** Whether all of a minute is known. */
  public enum State {
    COMPLETE,
    /** It is not over yet. */
    OPEN,
    /** A process that worked on it has ended without closing it. */
    INCOMPLETE
  }

  /**
   * One minute of one session.
   *
   * @param waiting captured frames of which nothing is known yet: on their way, or in an outbox
   */
  public record Row(
      String camera,
      String session,
      Instant minute,
      long captured,
      long notSampled,
      long gated,
      Map<String, Long> dropped,
      long published,
      long late,
      State state) {
    public long allDropped() {
      return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    public long waiting() {
      return captured - notSampled - gated - allDropped() - published - late;
    }

    private Row plus(Coverage more, State moreState) {
      Map<String, Long> sum = new TreeMap<>(dropped);
      more.getDropped().forEach((reason, frames) -> sum.merge(reason, frames, Long::sum));
      return new Row(
          camera,
          session,
          minute,
          captured + more.getCaptured(),
          notSampled + more.getNotSampled(),
          gated + more.getGated(),
          sum,
          published + more.getPublished(),
          late + more.getLate(),
          moreState.compareTo(state) > 0 ? moreState : state);
    }
  }

  /** To be called in the order of the topic's partition. */
  public void add(Coverage record) {
    if (record.getService() == CoverageService.INGEST) {
      latest.put(
          new Teller(
              record.getCamera(), record.getSession(), record.getMinute(), record.getProcess()),
          record);
    }
  }

  /** By minute, camera and session. */
  public List<Row> rows(Instant now) {
    Map<Place, Row> rows =
        new TreeMap<>(
            Comparator.comparing(Place::minute)
                .thenComparing(Place::camera)
                .thenComparing(Place::session));
    for (Coverage record : latest.values()) {
      Place place = new Place(record.getMinute(), record.getCamera(), record.getSession());
      rows.compute(
          place, (key, row) -> (row == null ? empty(key) : row).plus(record, state(record, now)));
    }
    return List.copyOf(rows.values());
  }

  private static Row empty(Place place) {
    return new Row(
        place.camera(), place.session(), place.minute(), 0, 0, 0, Map.of(), 0, 0, State.COMPLETE);
  }

  private static State state(Coverage record, Instant now) {
    if (record.getClosed()) {
      return State.COMPLETE;
    }
    boolean past = now.isAfter(record.getMinute().plus(PATIENCE));
    return past ? State.INCOMPLETE : State.OPEN;
  }
}
