package dev.watchword.app.replay;

import dev.watchword.ingest.RecordedFrames;
import dev.watchword.schemas.ReplayFrame;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the sources of a replay, one after the other, in batches. Where one ends depends on the
 * sources alone, so a replay that goes on after a batch makes the same ones as one that was never
 * cut short. Used by one thread.
 */
final class BatchReader implements AutoCloseable {
  /** Frames in a batch. */
  static final int FRAMES = 8;

  /** A batch ends, however few frames of it are asked anything, so that progress can be told. */
  private static final int MOST_LOOKED_AT = 512;

  private final List<Source> sources;
  private final double samplesPerSecond;
  private final Function<SampledFrame, List<ReplayPrompt>> prompts;
  private final String replay;
  private int index;
  private long sourceFrames;
  private long batches;
  private RecordedFrames video;
  private long damagedBefore;

  /**
   * @param prompts what a frame is asked
   * @param source the name of the one to go on with; null for the first
   * @param sourceFrames frames of it that are dealt with
   * @param batches that were made before
   */
  BatchReader(
      String replay,
      List<Source> sources,
      double samplesPerSecond,
      Function<SampledFrame, List<ReplayPrompt>> prompts,
      String source,
      long sourceFrames,
      long batches) {
    this.replay = replay;
    this.sources = List.copyOf(sources);
    this.samplesPerSecond = samplesPerSecond;
    this.prompts = prompts;
    this.index = source == null ? 0 : indexOf(source);
    this.sourceFrames = sourceFrames;
    this.batches = batches;
  }

  /** A source that is gone since is passed over. */
  private int indexOf(String name) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).name().compareTo(name) >= 0) {
        if (!sources.get(i).name().equals(name)) {
          sourceFrames = 0;
        }
        return i;
      }
    }
    return sources.size();
  }

  /**
   * The next batch, which may be without frames; empty when all was read.
   *
   * @throws UnreadableException when the source in hand cannot be read on; the next call goes on
   *     with the one after it
   */
  Optional<Batch> next() throws UnreadableException {
    if (isOver()) {
      return Optional.empty();
    }
    Source source = sources.get(index);
    try {
      if (video == null) {
        video = open(source);
      }
      return Optional.of(read(source));
    } catch (IOException e) {
      end();
      throw new UnreadableException(source, e);
    }
  }

  /** Whether all was read. */
  boolean isOver() {
    return index >= sources.size();
  }

  private RecordedFrames open(Source source) throws IOException {
    RecordedFrames opened =
        RecordedFrames.open(
            source.camera(), source.file(), source.session(), source.start(), samplesPerSecond);
    try {
      opened.skip(sourceFrames);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    damagedBefore = opened.damaged();
    return opened;
  }

  private Batch read(Source source) throws IOException {
    List<SampledFrame> frames = new ArrayList<>();
    int unasked = 0;
    boolean over = false;
    for (int looked = 0; !over && frames.size() < FRAMES && looked < MOST_LOOKED_AT; looked++) {
      Optional<SampledFrame> next = video.next();
      over = next.isEmpty() || source.isOver(next.get());
      sourceFrames += over ? 0 : 1;
      if (!over && source.holds(next.get())) {
        List<ReplayPrompt> asked = prompts.apply(next.get());
        unasked += asked.isEmpty() ? 1 : 0;
        if (!asked.isEmpty()) {
          frames.add(of(next.get(), asked));
        }
      }
    }
    long damaged = video.damaged() - damagedBefore;
    damagedBefore = video.damaged();
    long dealtWith = sourceFrames;
    if (over) {
      end();
    }
    List<SampledFrame> closed = closed(frames);
    return new Batch(source, dealtWith, closed, unasked, damaged, isOver());
  }

  private SampledFrame of(SampledFrame frame, List<ReplayPrompt> asked) {
    return SampledFrame.newBuilder(frame)
        .setReplay(new ReplayFrame(replay, batches, false, asked))
        .build();
  }

  private List<SampledFrame> closed(List<SampledFrame> frames) {
    if (!frames.isEmpty()) {
      SampledFrame last = frames.removeLast();
      frames.add(
          SampledFrame.newBuilder(last)
              .setReplay(new ReplayFrame(replay, batches++, true, last.getReplay().getPrompts()))
              .build());
    }
    return frames;
  }

  private void end() {
    close();
    index++;
    sourceFrames = 0;
  }

  @Override
  public void close() {
    if (video != null) {
      video.close();
      video = null;
    }
  }

  /** A source that cannot be read. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Source source;

    private UnreadableException(Source source, IOException cause) {
      super(cause.getMessage(), cause);
      this.source = source;
    }

    Source source() {
      return source;
    }
  }
}
