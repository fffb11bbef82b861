package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageBook.Due;
import dev.watchword.ingest.coverage.LeftCoverage;
import dev.watchword.schemas.Coverage;
import dev.watchword.service.LoopThread;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what the book has counted, and of what processes before this one have left, once the
 * broker is there to hear it.
 */
final class CoverageLoop implements LoopThread.Loop {
  private static final Logger log = LoggerFactory.getLogger(CoverageLoop.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final CoverageBook book;
  private final FramePublisher publisher;
  private final Optional<LeftCoverage> left;
  private final Optional<LeftCoverageSender> leftBefore;
  private final Runnable lost;
  private final Clock clock;
  private final Pause pause;
  private final StopSignal stop = new StopSignal();

  /**
   * @param left where the end of an outage is waited for when the process ends before it; empty to
   *     give up what could not be told
   * @param lost runs for each minute that had to be given up
   */
  CoverageLoop(
      CoverageBook book,
      FramePublisher publisher,
      Optional<LeftCoverage> left,
      Runnable lost,
      Clock clock,
      Pause pause) {
    this.book = book;
    this.publisher = publisher;
    this.left = left;
    this.leftBefore = left.map(files -> new LeftCoverageSender(files, publisher));
    this.lost = lost;
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public void step() {
    leftBefore.ifPresent(LeftCoverageSender::step);
    send(false);
    pause.await(EVERY, stop);
  }

  /** Closes the minutes of which all is known; called once the cameras have stopped. */
  void finish() {
    send(true);
  }

  /** Keeps what Kafka does not have; called once the publisher has closed. */
  void leave() {
    List<Coverage> untold = book.untold();
    if (untold.isEmpty()) {
      return;
    }
    try {
      if (left.isPresent()) {
        left.get().keep(book.process(), untold);
        return;
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("error", e.toString()).log("coverage cannot be kept on disk");
    }
    untold.forEach(minute -> lost.run());
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
