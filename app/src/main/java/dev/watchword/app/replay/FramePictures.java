package dev.watchword.app.replay;

import dev.watchword.ingest.RecordedFrames;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Takes pictures that a replay has looked at out of its videos once more. */
public final class FramePictures {
  private final ReplayDriver driver;

  public FramePictures(ReplayDriver driver) {
    this.driver = driver;
  }

  /**
   * Hands over the JPEG of each frame, video by video.
   *
   * @return how many were not found, because their video is there no more
   * @throws IOException in one sentence, when a video cannot be read
   */
  public int of(Replay replay, Collection<FrameId> frames, BiConsumer<FrameId, byte[]> pictures)
      throws IOException, InterruptedException {
    Map<String, List<FrameId>> wanted = new TreeMap<>();
    frames.forEach(
        frame -> wanted.computeIfAbsent(frame.getSession(), any -> new ArrayList<>()).add(frame));
    for (Source source : driver.sourcesOf(replay)) {
      List<FrameId> here = wanted.remove(source.session());
      if (here != null) {
        here.sort(Comparator.comparingLong(FrameId::getSequence));
        read(source, replay.getRequest().getSamplesPerSecond(), here, pictures);
      }
    }
    return wanted.values().stream().mapToInt(List::size).sum();
  }

  private static void read(
      Source source,
      double samplesPerSecond,
      List<FrameId> frames,
      BiConsumer<FrameId, byte[]> pictures)
      throws IOException {
    try (RecordedFrames video =
        RecordedFrames.open(
            source.camera(), source.file(), source.session(), source.start(), samplesPerSecond)) {
      long next = 0;
      for (FrameId frame : frames) {
        video.skip(frame.getSequence() - next);
        SampledFrame found =
            video
                .next()
                .orElseThrow(() -> new IOException(source.name() + " is shorter than it was"));
        next = frame.getSequence() + 1;
        pictures.accept(frame, bytes(found.getImage()));
      }
    }
  }

  private static byte[] bytes(ByteBuffer image) {
    byte[] bytes = new byte[image.remaining()];
    image.duplicate().get(bytes);
    return bytes;
  }
}
