package dev.watchword.ingest;

import dev.watchword.ingest.outbox.Spooled;
import dev.watchword.service.LoopThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends what the outbox holds once the broker takes frames again: a few at a time, the next when
 * these are answered, so that a live frame waits behind a few late ones at most.
 */
final class SpoolLoop implements LoopThread.Loop {
  private static final int AT_A_TIME = 4;
  private static final Duration IDLE = Duration.ofMillis(200);

  private final Spool spool;
  private final FramePublisher publisher;
  private final Pause pause;
  private final StopSignal stop = new StopSignal();

  SpoolLoop(Spool spool, FramePublisher publisher, Pause pause) {
    this.spool = spool;
    this.publisher = publisher;
    this.pause = pause;
  }

  /** Sends some frames and waits for their answers, or waits a moment. */
  @Override
  public void step() throws InterruptedException {
    if (spool.isEmpty() || !publisher.takesLate()) {
      pause.await(IDLE, stop);
      return;
    }
    List<Spooled> frames = spool.take(AT_A_TIME);
    CountDownLatch answers = new CountDownLatch(frames.size());
    for (Spooled frame : frames) {
      publisher.publishLate(
          frame.frame(),
          failure -> {
            failure.ifPresentOrElse(
                reason -> spool.undelivered(frame, reason), () -> spool.delivered(frame));
            answers.countDown();
          });
    }
    while (!stop.isSet() && !answers.await(IDLE.toMillis(), TimeUnit.MILLISECONDS)) {
      // The producer answers for each within its delivery timeout.
    }
  }

  @Override
  public void wakeup() {
    stop.set();
  }

  /** Frames on their way are settled when the publisher closes. */
  @Override
  public void close() {
    stop.set();
  }
}
