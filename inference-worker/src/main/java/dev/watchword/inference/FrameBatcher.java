package dev.watchword.inference;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * Collects polled records, across cameras and partitions, until there is a batch: enough of them,
 * or the first has waited long enough. Live ones that wait beyond it go along in further batches,
 * as many as the model takes at the same time. Late ones only fill what live ones leave of a batch.
 * Otherwise records leave in the order in which they came, so what has left is a prefix of each
 * partition. Bounded by its caller, which stops polling when {@link #isFull()}, and late ones
 * already when there is anything at all.
 */
final class FrameBatcher {
  private final int maxBatch;
  private final int lanes;
  private final long maxDelayNanos;
  private final Deque<Received> pending = new ArrayDeque<>();
  private final Deque<Received> late = new ArrayDeque<>();

  /**
   * @param lanes how many batches can be answered at the same time
   */
  FrameBatcher(int maxBatch, int lanes, Duration maxDelay) {
    this.maxBatch = maxBatch;
    this.lanes = lanes;
    this.maxDelayNanos = maxDelay.toNanos();
  }

  void add(Received record) {
    (record.late() ? late : pending).addLast(record);
  }

  /** Whether there is a batch for each lane. */
  boolean isFull() {
    return pending.size() >= maxBatch * lanes;
  }

  private boolean hasBatch() {
    return pending.size() >= maxBatch;
  }

  boolean isEmpty() {
    return pending.isEmpty() && late.isEmpty();
  }

  boolean isDue(long nowNanos) {
    if (pending.isEmpty()) {
      return !late.isEmpty();
    }
    return hasBatch() || remainingNanos(nowNanos) <= 0;
  }

  /** How long to wait for more records, at most {@code idle} when there are none. */
  Duration patience(long nowNanos, Duration idle) {
    if (hasBatch() || pending.isEmpty() && !late.isEmpty()) {
      return Duration.ZERO;
    }
    return pending.isEmpty() ? idle : Duration.ofNanos(Math.max(0, remainingNanos(nowNanos)));
  }

  private long remainingNanos(long nowNanos) {
    return pending.getFirst().polledNanos() + maxDelayNanos - nowNanos;
  }

  /** Takes the next batches: one, and more for the other lanes while live records wait. */
  List<List<Judged>> take(Function<Received, Judged> judge) {
    List<List<Judged>> batches = new ArrayList<>();
    do {
      batches.add(takeBatch(judge));
    } while (!pending.isEmpty() && batches.size() < lanes);
    return batches;
  }

  /**
   * Takes the next records, until {@code maxBatch} of them are to be inferred. Those that do not
   * cost next to nothing and must not hold a backlog up.
   */
  private List<Judged> takeBatch(Function<Received, Judged> judge) {
    List<Judged> taken = new ArrayList<>();
    int toInfer = 0;
    while (!isEmpty() && toInfer < maxBatch) {
      Received next = pending.isEmpty() ? late.removeFirst() : pending.removeFirst();
      Judged judged = judge.apply(next);
      taken.add(judged);
      toInfer += judged.verdict() == Verdict.INFER ? 1 : 0;
    }
    return taken;
  }

  void clear() {
    pending.clear();
    late.clear();
  }

  void forget(Collection<TopicPartition> partitions) {
    Set<TopicPartition> gone = new HashSet<>(partitions);
    pending.removeIf(record -> gone.contains(record.partition()));
    late.removeIf(record -> gone.contains(record.partition()));
  }
}
