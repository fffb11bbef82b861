package dev.watchword.inference;

import dev.watchword.schemas.ReplayFrame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Gathers the frames of replays into the batches in which they were written. Offsets are committed
 * up to a point, so batches of several replays that lie between each other in a partition leave
 * together. Bounded by its caller, which stops polling while there is something to do. Used by one
 * thread.
 */
final class ReplayBatches {
  /** Whose frames follow each other. */
  private record Stream(String replay, String camera) {}

  /**
   * The beginning of a partition.
   *
   * @param batches whole ones, each in the order of its frames
   * @param unreadable records that hold no frame
   */
  record Stretch(
      TopicPartition partition,
      List<List<Received.Frame>> batches,
      List<Received.Unreadable> unreadable) {}

  private final Map<TopicPartition, List<Received>> pending = new LinkedHashMap<>();

  void add(Received record) {
    pending.computeIfAbsent(record.partition(), any -> new ArrayList<>()).add(record);
  }

  /** Takes the shortest stretch that cuts no batch; empty while more records have to come. */
  Optional<Stretch> take() {
    for (Map.Entry<TopicPartition, List<Received>> entry : pending.entrySet()) {
      int end = end(entry.getValue());
      if (end > 0) {
        List<Received> taken = entry.getValue().subList(0, end);
        Stretch stretch = stretch(entry.getKey(), taken);
        taken.clear();
        // Its turn comes again after the others'.
        pending.remove(entry.getKey());
        if (!entry.getValue().isEmpty()) {
          pending.put(entry.getKey(), entry.getValue());
        }
        return Optional.of(stretch);
      }
    }
    return Optional.empty();
  }

  /** Behind the first place at which no batch is open; 0 when there is none. */
  private static int end(List<Received> records) {
    Map<Stream, Long> open = new LinkedHashMap<>();
    for (int i = 0; i < records.size(); i++) {
      if (records.get(i) instanceof Received.Frame frame) {
        ReplayFrame place = frame.frame().getReplay();
        Long begun = open.get(stream(frame));
        if (begun != null && begun != place.getBatch()) {
          // What is missing of it was deleted, and will not come.
          return i;
        }
        if (place.getLast()) {
          open.remove(stream(frame));
        } else {
          open.put(stream(frame), place.getBatch());
        }
      }
      if (open.isEmpty()) {
        return i + 1;
      }
    }
    return 0;
  }

  private static Stream stream(Received.Frame frame) {
    return new Stream(frame.frame().getReplay().getId(), frame.camera());
  }

  private static Stretch stretch(TopicPartition partition, List<Received> records) {
    Map<Stream, List<List<Received.Frame>>> byStream = new LinkedHashMap<>();
    List<List<Received.Frame>> batches = new ArrayList<>();
    List<Received.Unreadable> unreadable = new ArrayList<>();
    for (Received record : records) {
      switch (record) {
        case Received.Unreadable none -> unreadable.add(none);
        case Received.Frame frame -> {
          List<List<Received.Frame>> own =
              byStream.computeIfAbsent(stream(frame), any -> new ArrayList<>());
          if (own.isEmpty() || batch(own.getLast().getFirst()) != batch(frame)) {
            own.add(new ArrayList<>());
            batches.add(own.getLast());
          }
          own.getLast().add(frame);
        }
      }
    }
    return new Stretch(partition, batches, unreadable);
  }

  private static long batch(Received.Frame frame) {
    return frame.frame().getReplay().getBatch();
  }

  void clear() {
    pending.clear();
  }

  void forget(Collection<TopicPartition> partitions) {
    Set<TopicPartition> gone = new HashSet<>(partitions);
    pending.keySet().removeIf(gone::contains);
  }
}
