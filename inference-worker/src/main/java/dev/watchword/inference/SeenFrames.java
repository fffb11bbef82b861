package dev.watchword.inference;

import dev.watchword.schemas.FrameId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Remembers the sequences of each camera session, so that a frame that its producer sent again is
 * recognised. What a batch adds counts once its transaction has committed; {@link #rollback()}
 * takes it back. Bounded: the sessions longest unseen are forgotten.
 *
 * <p>Sequences of a session count on without gaps, so a gap in live frames is one that left the
 * topic before anyone read it, or that did not come there. Late frames have gaps where live ones
 * were, and need not be in order.
 */
final class SeenFrames {
  private static final int SESSIONS_PER_PARTITION = 1024;

  private record Session(TopicPartition partition, String camera, String id) {}

  private final Map<TopicPartition, Map<Session, Sequences>> settled = new HashMap<>();
  private final Map<Session, Sequences> added = new HashMap<>();
  private final Map<Session, Long> gaps = new HashMap<>();

  /**
   * Whether the frame is new; it is remembered then.
   *
   * @param countGap whether what is missing before it counts
   */
  boolean isNew(TopicPartition partition, FrameId id, boolean countGap) {
    Session session = new Session(partition, id.getCamera(), id.getSession());
    Sequences known = added.get(session);
    if (known == null) {
      known = settled.getOrDefault(partition, Map.of()).get(session);
    }
    long sequence = id.getSequence();
    if (known == null) {
      added.put(session, Sequences.first(sequence));
      return true;
    }
    Optional<Sequences> more = known.with(sequence);
    if (more.isEmpty()) {
      return false;
    }
    if (countGap && sequence > known.last() + 1) {
      gaps.merge(session, sequence - known.last() - 1, Long::sum);
    }
    added.put(session, more.get());
    return true;
  }

  /** Settles what was added and returns how many frames are missing before it, by camera. */
  Map<String, Long> commit() {
    added.forEach(
        (session, sequences) ->
            settled
                .computeIfAbsent(session.partition(), partition -> new RecentSessions())
                .put(session, sequences));
    Map<String, Long> missing = new HashMap<>();
    gaps.forEach((session, frames) -> missing.merge(session.camera(), frames, Long::sum));
    rollback();
    return missing;
  }

  void rollback() {
    added.clear();
    gaps.clear();
  }

  /** The partitions are another worker's now. */
  void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(settled::remove);
    added.keySet().removeIf(session -> partitions.contains(session.partition()));
    gaps.keySet().removeIf(session -> partitions.contains(session.partition()));
  }

  private static final class RecentSessions extends LinkedHashMap<Session, Sequences> {
    private static final long serialVersionUID = 1L;

    RecentSessions() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Session, Sequences> eldest) {
      return size() > SESSIONS_PER_PARTITION;
    }
  }
}
