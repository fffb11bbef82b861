package dev.watchword.ingest.outbox;

import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Frames on disk that wait for the broker. Bounded: to make room for a new frame the oldest segment
 * is given up. Frames that an earlier process has left are there again after opening; those of a
 * segment of which only some were sent are sent again. Safe for use by many threads.
 *
 * <p>Processes may share a directory: each has a place of its own in it, and takes over what those
 * that are gone have left.
 */
public final class Outbox implements AutoCloseable {
  static {
    GeneratedRecords.trust();
  }

  private static final int SEGMENTS = 16;
  private static final int SMALLEST_SEGMENT = 16 << 10;
  private static final int LARGEST_SEGMENT = 8 << 20;

  /** More than a record needs besides its picture. */
  private static final int BESIDE_THE_IMAGE = 1024;

  private final Slot slot;
  private final long maxBytes;
  private final int segmentBytes;
  private final Consumer<Spooled.Origin> givenUp;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private Segment open;
  private long bytes;
  private int cut;

  private Outbox(Slot slot, long maxBytes, Consumer<Spooled.Origin> givenUp) {
    this.slot = slot;
    this.maxBytes = maxBytes;
    this.segmentBytes =
        (int) Math.max(SMALLEST_SEGMENT, Math.min(LARGEST_SEGMENT, maxBytes / SEGMENTS));
    this.givenUp = givenUp;
  }

  /**
   * Opens the outbox; reads everything that it holds, which takes a second for some hundred MiB.
   *
   * @param maxBytes on disk
   * @param givenUp told of each frame that was lost to make room, by the thread that appends or
   *     settles
   */
  public static Outbox open(Path directory, long maxBytes, Consumer<Spooled.Origin> givenUp)
      throws IOException {
    Slot slot = Slot.take(directory);
    Outbox outbox = new Outbox(slot, maxBytes, givenUp);
    try {
      for (Path file : slot.segments()) {
        Segment segment = Segment.recover(file);
        outbox.cut += segment.isCut() ? 1 : 0;
        if (segment.isEmpty()) {
          segment.delete();
        } else {
          outbox.segments.add(segment);
          outbox.bytes += segment.bytes();
        }
      }
      return outbox;
    } catch (IOException | RuntimeException e) {
      slot.close();
      throw e;
    }
  }

  /** Throws {@link IOException} when the disk does not take the frame; the outbox is as before. */
  public synchronized void append(SampledFrame frame) throws IOException {
    makeRoom(frame.getImage().remaining() + BESIDE_THE_IMAGE);
    if (open == null) {
      open = Segment.create(slot.nextFile());
      segments.add(open);
      bytes += open.bytes();
    }
    long before = open.bytes();
    open.append(frame);
    bytes += open.bytes() - before;
    if (open.bytes() >= segmentBytes) {
      Segment full = open;
      open = null;
      full.seal();
    }
  }

  private void makeRoom(int more) throws IOException {
    while (bytes + more > maxBytes && !segments.isEmpty()) {
      Segment oldest = segments.getFirst();
      discard(oldest);
      for (Spooled entry : oldest.entries()) {
        if (entry.isWaiting()) {
          entry.remove();
          givenUp.accept(entry.origin());
        }
      }
    }
  }

  private void discard(Segment segment) throws IOException {
    segments.remove(segment);
    bytes -= segment.bytes();
    if (segment == open) {
      open = null;
    }
    segment.delete();
  }

  /**
   * Takes the oldest frames that nobody has taken yet. Each must be {@link #settle settled}.
   *
   * @param damaged told of frames that cannot be read back; they are gone then
   */
  public synchronized List<Spooled> take(int most, Consumer<Spooled.Origin> damaged)
      throws IOException {
    List<Spooled> taken = new ArrayList<>();
    for (Segment segment : List.copyOf(segments)) {
      for (Spooled entry : segment.entries()) {
        if (taken.size() == most) {
          return taken;
        }
        if (entry.isWaiting()) {
          try {
            entry.take(segment.read(entry));
            taken.add(entry);
          } catch (IOException | RuntimeException e) {
            remove(entry);
            damaged.accept(entry.origin());
          }
        }
      }
    }
    return taken;
  }

  /**
   * Says what became of a frame that was taken.
   *
   * @param done whether it is no longer needed; it waits again otherwise
   */
  public synchronized void settle(Spooled entry, boolean done) throws IOException {
    if (entry.isGone()) {
      return;
    }
    if (done) {
      remove(entry);
    } else if (entry.segment().isDeleted()) {
      entry.remove();
      givenUp.accept(entry.origin());
    } else {
      entry.giveBack();
    }
  }

  private void remove(Spooled entry) throws IOException {
    if (entry.segment().remove(entry) && !entry.segment().isDeleted()) {
      discard(entry.segment());
    }
  }

  /**
   * How many files were found to end in a record that was not whole: one that was being written
   * when the process, or the machine, died.
   */
  public synchronized int cut() {
    return cut;
  }

  /** Whose frames wait, taken ones included. */
  public synchronized List<Spooled.Origin> waiting() {
    return segments.stream()
        .flatMap(segment -> segment.entries().stream())
        .filter(entry -> !entry.isGone())
        .map(Spooled::origin)
        .toList();
  }

  public synchronized boolean isEmpty() {
    return segments.stream().allMatch(Segment::isEmpty);
  }

  /** The size of the files. */
  public synchronized long bytes() {
    return bytes;
  }

  /** What waits stays on disk. */
  @Override
  public synchronized void close() throws IOException {
    try {
      if (open != null) {
        open.seal();
      }
    } finally {
      slot.close();
    }
  }
}
