package dev.watchword.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LoopThreadTest {
  @Test
  void closesTheLoopOnItsOwnThread() throws Exception {
    AtomicReference<Thread> stepped = new AtomicReference<>();
    AtomicReference<Thread> closed = new AtomicReference<>();
    SynchronousQueue<String> rounds = new SynchronousQueue<>();
    LoopThread thread =
        new LoopThread(
                "loop",
                new LoopThread.Loop() {
                  @Override
                  public void step() throws InterruptedException {
                    stepped.set(Thread.currentThread());
                    rounds.offer("round", 10, TimeUnit.MILLISECONDS);
                  }

                  @Override
                  public void close() {
                    closed.set(Thread.currentThread());
                  }
                },
                failure -> {})
            .start();

    assertThat(rounds.poll(5, TimeUnit.SECONDS)).isEqualTo("round");
    thread.close();

    assertThat(closed.get()).isSameAs(stepped.get()).isNotSameAs(Thread.currentThread());
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void reportsABugOnceAndStopsStepping() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    AtomicReference<Throwable> bug = new AtomicReference<>();
    CountDownLatch reported = new CountDownLatch(1);
    LoopThread thread =
        new LoopThread(
                "loop",
                new LoopThread.Loop() {
                  @Override
                  public void step() {
                    steps.incrementAndGet();
                    throw new IllegalStateException("broken");
                  }

                  @Override
                  public void close() {}
                },
                failure -> {
                  bug.set(failure);
                  reported.countDown();
                })
            .start();

    assertThat(reported.await(5, TimeUnit.SECONDS)).isTrue();
    thread.close();

    assertThat(bug.get()).hasMessage("broken");
    assertThat(steps).hasValue(1);
  }
}
