package dev.watchword.ingest;

import dev.watchword.ingest.coverage.LeftCoverage;
import dev.watchword.schemas.Coverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what processes before this one had counted and could not tell, one of them after the other.
 * Used by one thread; never waits.
 */
final class LeftCoverageSender {
  private static final Logger log = LoggerFactory.getLogger(LeftCoverageSender.class);

  private final LeftCoverage left;
  private final FramePublisher publisher;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicBoolean failed = new AtomicBoolean();
  private Deque<Path> waiting;
  private Path sent;

  LeftCoverageSender(LeftCoverage left, FramePublisher publisher) {
    this.left = left;
    this.publisher = publisher;
  }

  /** Sends the next file's records, or sees whether those of the last have arrived. */
  void step() {
    try {
      if (waiting == null) {
        // Before they are looked for: a directory that cannot be read is not asked again.
        waiting = new ArrayDeque<>();
        waiting.addAll(left.files());
      }
      if (unanswered.get() == 0 && publisher.health().ok()) {
        settle();
        send(waiting.poll());
      }
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("error", e.toString())
          .log("coverage that an earlier process has left cannot be told");
    }
  }

  private void settle() throws IOException {
    Path last = sent;
    sent = null;
    if (last != null && failed.get()) {
      waiting.add(last);
    } else if (last != null) {
      left.delete(last);
    }
  }

  private void send(Path file) throws IOException {
    // Processes share the directory: another may have told it meanwhile.
    if (file == null || !Files.exists(file)) {
      return;
    }
    List<Coverage> records = left.read(file);
    sent = file;
    failed.set(false);
    unanswered.set(records.size());
    records.forEach(
        record ->
            publisher.publish(
                record,
                arrived -> {
                  if (!arrived) {
                    failed.set(true);
                  }
                  unanswered.decrementAndGet();
                }));
  }
}
