package dev.watchword.paligemma;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Shares a bounded set of slots among the callers. Each caller starts its own rows; from then on
 * all started rows go on together, one pass a round: rows that are complete leave, rows that were
 * started meanwhile join. There is no thread of its own: whichever caller waits runs the next
 * round. Thread-safe.
 */
final class Rounds {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Slot> idle =
      new PriorityQueue<>(Comparator.comparingInt(Slot::index));
  private final List<Row> started = new ArrayList<>();
  private final Consumer<List<Row>> round;
  private boolean running;

  /** Rows in a pass that is being run: nobody else may look at what becomes of them. */
  private final Set<Row> passing = new HashSet<>();

  /**
   * @param round runs one pass for all rows of the list
   */
  Rounds(List<Slot> slots, Consumer<List<Row>> round) {
    idle.addAll(slots);
    this.round = round;
  }

  private enum Turn {
    START,
    ROUND,
    DONE
  }

  /**
   * Decodes all rows.
   *
   * @param start runs the first pass for rows that have a slot now
   * @throws RuntimeException of the pass that failed, once none of the rows is under way; the rows
   *     of other callers that were part of it fail as well
   */
  void complete(List<Row> rows, Consumer<List<Row>> start, int positionsOfImage) {
    Deque<Row> waiting = new ArrayDeque<>(rows);
    while (true) {
      List<Row> batch = new ArrayList<>();
      switch (turn(rows, waiting, batch, positionsOfImage)) {
        case START -> run(start, batch, false);
        case ROUND -> run(round, batch, true);
        case DONE -> {
          rethrow(rows);
          return;
        }
      }
    }
  }

  private static void rethrow(List<Row> rows) {
    for (Row row : rows) {
      if (row.failure().isPresent()) {
        throw row.failure().get();
      }
    }
  }

  /** Waits until there is something to do for this caller, and takes what it is about. */
  private Turn turn(List<Row> rows, Deque<Row> waiting, List<Row> batch, int positionsOfImage) {
    lock.lock();
    try {
      while (true) {
        if (!waiting.isEmpty() && rows.stream().anyMatch(one -> one.failure().isPresent())) {
          waiting.forEach(one -> one.fail(new IllegalStateException("not started")));
          waiting.clear();
        }
        if (rows.stream().allMatch(row -> !passing.contains(row) && row.finished())) {
          return Turn.DONE;
        }
        if (!waiting.isEmpty() && !idle.isEmpty()) {
          while (!waiting.isEmpty() && !idle.isEmpty()) {
            Row row = waiting.poll();
            row.start(idle.remove(), positionsOfImage);
            batch.add(row);
          }
          passing.addAll(batch);
          return Turn.START;
        }
        if (!running && !started.isEmpty()) {
          running = true;
          batch.addAll(started);
          started.clear();
          passing.addAll(batch);
          return Turn.ROUND;
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run(Consumer<List<Row>> pass, List<Row> batch, boolean isRound) {
    RuntimeException failure = null;
    try {
      pass.accept(batch);
    } catch (RuntimeException e) {
      failure = e;
    }
    lock.lock();
    try {
      if (isRound) {
        running = false;
      }
      for (Row row : batch) {
        passing.remove(row);
        if (failure != null) {
          row.fail(failure);
        }
        if (row.finished()) {
          idle.add(row.slot());
        } else {
          started.add(row);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
