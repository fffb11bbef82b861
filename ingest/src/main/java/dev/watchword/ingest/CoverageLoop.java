package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageBook.Due;
import dev.watchword.service.LoopThread;
import java.time.Clock;
import java.time.Duration;

/** Tells of what the book has counted. */
final class CoverageLoop implements LoopThread.Loop {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final CoverageBook book;
  private final FramePublisher publisher;
  private final Clock clock;
  private final Pause pause;
  private final StopSignal stop = new StopSignal();

  CoverageLoop(CoverageBook book, FramePublisher publisher, Clock clock, Pause pause) {
    this.book = book;
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
