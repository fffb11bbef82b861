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
 * <p>Sequences of a session count on without gaps. A gap alone says nothing: ingest may have
 * dropped the frames, or they come on the other topic. Frames in it have expired as far as the
 * partition's offsets have a gap too, since the session's frame before.
 */
final class SeenFrames {
  private static final int SESSIONS_PER_PARTITION = 1024;

  private record Session(TopicPartition partition, String camera, String id) {}

  /**
   * @param offset of the frame seen last
   */
  private record Known(Sequences sequences, long offset) {}

  /**
   * What a record shows.
   *
   * @param expired frames of its session, before it, that had left the topic
   */
  record Sighting(boolean isNew, long expired) {}

  private final Map<TopicPartition, Map<Session, Known>> settled = new HashMap<>();
  private final Map<TopicPartition, Position> settledPositions = new HashMap<>();
  private final Map<Session, Known> added = new HashMap<>();
  private final Map<TopicPartition, Position> positions = new HashMap<>();

  /** Reading begins at the offset, unless it is under way already. */
  void begin(TopicPartition partition, long offset) {
    settledPositions.putIfAbsent(partition, Position.at(offset));
  }

  /** A record without a frame. */
  void passed(TopicPartition partition, long offset) {
    positions.put(partition, position(partition, offset).read(offset));
  }

  /** A frame; to be told in the order of the partition. It is remembered if it is new. */
  Sighting see(TopicPartition partition, long offset, FrameId id) {
    Position position = position(partition, offset).read(offset);
    positions.put(partition, position);
    Session session = new Session(partition, id.getCamera(), id.getSession());
    Known known = added.get(session);
    if (known == null) {
      known = settled.getOrDefault(partition, Map.of()).get(session);
    }
    long sequence = id.getSequence();
    if (known == null) {
      added.put(session, new Known(Sequences.first(sequence), offset));
      return new Sighting(true, claim(partition, position, sequence));
    }
    Optional<Sequences> more = known.sequences().with(sequence);
    if (more.isEmpty()) {
      return new Sighting(false, 0);
    }
    added.put(session, new Known(more.get(), offset));
    boolean overGap = known.offset() < position.jumpedTo();
    long missing = overGap ? Math.max(0, sequence - known.sequences().last() - 1) : 0;
    return new Sighting(true, claim(partition, position, missing));
  }

  private Position position(TopicPartition partition, long offset) {
    Position position = positions.get(partition);
    return position == null
        ? settledPositions.getOrDefault(partition, Position.at(offset))
        : position;
  }

  private long claim(TopicPartition partition, Position position, long missing) {
    long expired = Math.min(missing, position.expired());
    positions.put(partition, position.claimed(expired));
    return expired;
  }

  /** Settles what was added. */
  void commit() {
    added.forEach(
        (session, known) ->
            settled
                .computeIfAbsent(session.partition(), partition -> new RecentSessions())
                .put(session, known));
    settledPositions.putAll(positions);
    rollback();
  }

  void rollback() {
    added.clear();
    positions.clear();
  }

  /** The partitions are another worker's now. */
  void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(settled::remove);
    partitions.forEach(settledPositions::remove);
    partitions.forEach(positions::remove);
    added.keySet().removeIf(session -> partitions.contains(session.partition()));
  }

  private static final class RecentSessions extends LinkedHashMap<Session, Known> {
    private static final long serialVersionUID = 1L;

    RecentSessions() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Session, Known> eldest) {
      return size() > SESSIONS_PER_PARTITION;
    }
  }
}
