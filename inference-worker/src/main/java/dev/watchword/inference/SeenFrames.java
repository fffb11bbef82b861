package dev.watchword.inference;

import dev.watchword.schemas.FrameId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Remembers the last sequence of each camera session, so that a frame that its producer sent again
 * is recognised. What a batch adds counts once its transaction has committed; {@link #rollback()}
 * takes it back. Bounded: the sessions longest unseen are forgotten.
 *
 * <p>Sequences of a session count on without gaps, so a gap is a frame that left the topic before
 * anyone read it, or that never came there.
 */
final class SeenFrames {
  private static final int SESSIONS_PER_PARTITION = 1024;

  private record Session(TopicPartition partition, String camera, String id) {}

  private final Map<TopicPartition, Map<Session, Long>> settled = new HashMap<>();
  private final Map<Session, Long> added = new HashMap<>();
  private final Map<Session, Long> gaps = new HashMap<>();

  /** Whether the frame is new; it is remembered then. */
  boolean isNew(TopicPartition partition, FrameId id) {
    Session session = new Session(partition, id.getCamera(), id.getSession());
    Long last = added.get(session);
    if (last == null) {
      last = settled.getOrDefault(partition, Map.of()).get(session);
    }
    if (last != null && id.getSequence() <= last) {
      return false;
    }
    if (last != null && id.getSequence() > last + 1) {
      gaps.merge(session, id.getSequence() - last - 1, Long::sum);
    }
    added.put(session, id.getSequence());
    return true;
  }

  /** Settles what was added and returns how many frames are missing before it, by camera. */
  Map<String, Long> commit() {
    added.forEach(
        (session, last) ->
            settled
                .computeIfAbsent(session.partition(), partition -> new RecentSessions())
                .put(session, last));
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

  private static final class RecentSessions extends LinkedHashMap<Session, Long> {
    private static final long serialVersionUID = 1L;

    RecentSessions() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Session, Long> eldest) {
      return size() > SESSIONS_PER_PARTITION;
    }
  }
}
