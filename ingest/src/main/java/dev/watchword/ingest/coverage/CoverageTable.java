package dev.watchword.ingest.coverage;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import dev.watchword.schemas.Ids;
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

  private record Place(Instant minute, String camera, String session) {}

  private record Asked(String camera, String session, String prompt) {}

  private final Map<String, Coverage> latest = new HashMap<>();

  /** Whether all of a minute is known. */
  public enum State {
    COMPLETE,
    /** It is not over yet. */
    OPEN,
    /** A process that worked on it has ended without closing it, or without a word. */
    INCOMPLETE
  }

  /**
   * What inference workers did for one prompt with the frames of a row.
   *
   * @param consumed frames, also those that were sent twice
   * @param late those of them that had waited in an outbox
   * @param expired frames that had left the topic before it was read
   * @param outcomes of the consumed frames
   */
  public record Answers(long consumed, long late, long expired, Map<String, Long> outcomes) {
    static final Answers NONE = new Answers(0, 0, 0, Map.of());

    private Answers plus(Answers more) {
      return new Answers(
          consumed + more.consumed,
          late + more.late,
          expired + more.expired,
          sum(outcomes, more.outcomes));
    }

    private Answers withExpired(long frames) {
      return new Answers(consumed, late, frames, outcomes);
    }

    /** All outcomes together; the consumed frames, if the books balance. */
    public long answered() {
      return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * One minute of one session.
   *
   * @param prompts by prompt id; the empty one where the camera has no prompt
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
      Map<String, Answers> prompts,
      State state) {
    public long allDropped() {
      return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Captured frames of which nothing is known yet: on their way, or in an outbox. Negative where
     * a process was killed before it told of all that it had captured.
     */
    public long waiting() {
      return captured - notSampled - gated - allDropped() - published - late;
    }

    /** Frames that are in the topics, and that no worker has answered for the prompt yet. */
    public long toCome(String prompt) {
      return unread(prompt) - prompts.getOrDefault(prompt, Answers.NONE).expired();
    }

    private long unread(String prompt) {
      return published + late - prompts.getOrDefault(prompt, Answers.NONE).consumed();
    }

    private Row plus(Coverage more, State moreState) {
      return new Row(
          camera,
          session,
          minute,
          captured + more.getCaptured(),
          notSampled + more.getNotSampled(),
          gated + more.getGated(),
          sum(dropped, more.getDropped()),
          published + more.getPublished(),
          late + more.getLate(),
          prompts,
          worse(state, moreState));
    }

    private Row with(String prompt, Answers more) {
      Map<String, Answers> all = new TreeMap<>(prompts);
      all.merge(prompt, more, Answers::plus);
      return with(all, state);
    }

    private Row withExpired(String prompt, long frames) {
      Map<String, Answers> all = new TreeMap<>(prompts);
      all.put(prompt, all.getOrDefault(prompt, Answers.NONE).withExpired(frames));
      return with(all, state);
    }

    private Row with(Map<String, Answers> all, State newState) {
      return new Row(
          camera,
          session,
          minute,
          captured,
          notSampled,
          gated,
          dropped,
          published,
          late,
          all,
          newState);
    }

    /** What is known of its frames' fate without any process having told of their capture. */
    private Row judged(Instant now) {
      boolean untold = captured == 0 || waiting() < 0;
      return untold ? with(prompts, worse(state, unclosed(minute, now))) : this;
    }
  }

  private static Map<String, Long> sum(Map<String, Long> some, Map<String, Long> more) {
    Map<String, Long> sum = new TreeMap<>(some);
    more.forEach((key, frames) -> sum.merge(key, frames, Long::sum));
    return sum;
  }

  private static State worse(State one, State other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** To be called in the order of the topic's partition. */
  public void add(Coverage record) {
    latest.put(Ids.key(record), record);
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
      rows.compute(place, (key, row) -> plus(row == null ? empty(key) : row, record, now));
    }
    placeExpired(rows);
    return rows.values().stream().map(row -> row.judged(now)).toList();
  }

  private static Row plus(Row row, Coverage record, Instant now) {
    if (record.getService() == CoverageService.INGEST) {
      State state = record.getClosed() ? State.COMPLETE : unclosed(record.getMinute(), now);
      return row.plus(record, state);
    }
    if (record.getService() == CoverageService.INFERENCE) {
      Answers answers =
          new Answers(
              record.getConsumed(), record.getLate(), record.getExpired(), record.getAnswers());
      return row.with(record.getPrompt(), answers);
    }
    return row;
  }

  private static Row empty(Place place) {
    return new Row(
        place.camera(),
        place.session(),
        place.minute(),
        0,
        0,
        0,
        Map.of(),
        0,
        0,
        Map.of(),
        State.COMPLETE);
  }

  private static State unclosed(Instant minute, Instant now) {
    return now.isAfter(minute.plus(PATIENCE)) ? State.INCOMPLETE : State.OPEN;
  }

  /**
   * A worker finds that frames have expired when it reads the next one, which may be of a later
   * minute. They belong to the first minutes of which frames are missing.
   */
  private static void placeExpired(Map<Place, Row> rows) {
    Map<Asked, Long> expired = new HashMap<>();
    for (Row row : rows.values()) {
      row.prompts()
          .forEach(
              (prompt, answers) ->
                  expired.merge(
                      new Asked(row.camera(), row.session(), prompt),
                      answers.expired(),
                      Long::sum));
    }
    rows.replaceAll(
        (place, row) -> {
          Row placed = row;
          for (Asked asked : List.copyOf(expired.keySet())) {
            if (asked.camera().equals(row.camera()) && asked.session().equals(row.session())) {
              long here = Math.clamp(row.unread(asked.prompt()), 0L, expired.get(asked));
              expired.merge(asked, -here, Long::sum);
              placed = placed.withExpired(asked.prompt(), here);
            }
          }
          return placed;
        });
  }
}
