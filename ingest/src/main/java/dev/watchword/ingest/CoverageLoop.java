package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageBook.Due;
import dev.watchword.service.LoopThread;
import java.time.Clock;
import java.time.Duration;

/** Tells of what the book has counted, once the broker is there to hear it. */
final class CoverageLoop implements LoopThread.Loop {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final CoverageBook book;
  private final FramePublisher publisher;
  private final Runnable lost;
  private final Clock clock;
  private final Pause pause;
  private final StopSignal stop = new StopSignal();

  /**
   * @param lost runs for each minute that had to be given up
   */
  CoverageLoop(
      CoverageBook book, FramePublisher publisher, Runnable lost, Clock clock, Pause pause) {
    this.book = book;
    this.lost = lost;
    this.publisher = publisher;
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public void step() {
    send(false);
    pause.await(EVERY, stop);
  }

  /** Closes the minutes of which all is known; called once the cameras have stopped. */
  void finish() {
    send(true);
  }

  private void send(boolean ending) {
    for (long minutes = book.takeGivenUp(); minutes > 0; minutes--) {
      lost.run();
    }
    for (Due due : book.due(clock.instant(), ending)) {
      publisher.publish(due.coverage(), arrived -> book.told(due, arrived));
    }
  }

  @Override
  public void wakeup() {
    stop.set();
  }

  @Override
  public void close() {
    stop.set();
  }
}
