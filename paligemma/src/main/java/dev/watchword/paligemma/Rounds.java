package dev.watchword.paligemma;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Shares a bounded set of slots among the callers. Each caller starts its own answers; from then on
 * all started answers go on together, one pass a round: answers that are complete leave, answers
 * that were started meanwhile join. There is no thread of its own: whichever caller waits runs the
 * next round. Thread-safe.
 */
final class Rounds {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Slot> idle = new ArrayDeque<>();
  private final List<Answer> started = new ArrayList<>();
  private final Consumer<List<Answer>> round;
  private boolean running;

  /**
   * @param round runs one pass for all answers of the list
   */
  Rounds(List<Slot> slots, Consumer<List<Answer>> round) {
    idle.addAll(slots);
    this.round = round;
  }

  private enum Turn {
    START,
    ROUND,
    DONE
  }

  /**
   * Decodes all answers.
   *
   * @param start runs the first pass for answers that have a slot now
   * @throws RuntimeException of the pass that failed, once none of the answers is under way; the
   *     answers of other callers that were part of it fail as well
   */
  void complete(List<Answer> answers, Consumer<List<Answer>> start, int positionsOfImage) {
    Deque<Answer> waiting = new ArrayDeque<>(answers);
    while (true) {
      List<Answer> batch = new ArrayList<>();
      switch (turn(answers, waiting, batch, positionsOfImage)) {
        case START -> run(start, batch, false);
        case ROUND -> run(round, batch, true);
        case DONE -> {
          rethrow(answers);
          return;
        }
      }
    }
  }

  private static void rethrow(List<Answer> answers) {
    for (Answer answer : answers) {
      if (answer.failure().isPresent()) {
        throw answer.failure().get();
      }
    }
  }

  /** Waits until there is something to do for this caller, and takes what it is about. */
  private Turn turn(
      List<Answer> answers, Deque<Answer> waiting, List<Answer> batch, int positionsOfImage) {
    lock.lock();
    try {
      while (true) {
        if (!waiting.isEmpty() && answers.stream().anyMatch(one -> one.failure().isPresent())) {
          waiting.forEach(one -> one.fail(new IllegalStateException("not started")));
          waiting.clear();
        }
        if (answers.stream().allMatch(Answer::finished)) {
          return Turn.DONE;
        }
        if (!waiting.isEmpty() && !idle.isEmpty()) {
          while (!waiting.isEmpty() && !idle.isEmpty()) {
            Answer answer = waiting.poll();
            answer.start(idle.pop(), positionsOfImage);
            batch.add(answer);
          }
          return Turn.START;
        }
        if (!running && !started.isEmpty()) {
          running = true;
          batch.addAll(started);
          started.clear();
          return Turn.ROUND;
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run(Consumer<List<Answer>> pass, List<Answer> batch, boolean isRound) {
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
      for (Answer answer : batch) {
        if (failure != null) {
          answer.fail(failure);
        }
        if (answer.finished()) {
          idle.push(answer.slot());
        } else {
          started.add(answer);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
