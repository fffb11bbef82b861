package dev.watchword.app.replay;

import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was recorded of a camera in a stretch of time.
 *
 * @param sources segments that are there, in the order of their time
 * @param missing a sentence for each part of which there is nothing
 */
record RecordedRange(List<Source> sources, List<String> missing) {
  /** From one segment to the next there is a frame's time, and some where a camera is slow. */
  private static final Duration GAP = Duration.ofSeconds(2);

  /**
   * @param segments of the camera, in the order in which they were told of
   * @param storage the directory that they are in
   * @throws IOException in one sentence, when there is nothing at all
   */
  static RecordedRange of(
      Collection<Segment> segments, Path storage, String camera, Instant from, Instant to)
      throws IOException {
    Map<String, Segment> latest = new LinkedHashMap<>();
    segments.stream()
        .filter(segment -> segment.getCamera().equals(camera))
        .filter(segment -> segment.getStart().isBefore(to) && !segment.getEnd().isBefore(from))
        .forEach(segment -> latest.put(segment.getName(), segment));
    Map<Boolean, List<Segment>> kept =
        latest.values().stream()
            .sorted(Comparator.comparing(Segment::getStart).thenComparing(Segment::getName))
            .collect(Collectors.partitioningBy(segment -> isThere(segment, storage)));
    if (kept.get(true).isEmpty()) {
      throw new IOException(
          "of camera %s nothing %s from %s to %s"
              .formatted(
                  camera,
                  kept.get(false).isEmpty() ? "was recorded" : "is kept any more",
                  from,
                  to));
    }
    List<Source> sources =
        kept.get(true).stream().map(segment -> source(segment, storage, from, to)).toList();
    return new RecordedRange(sources, missing(kept.get(true), kept.get(false), from, to));
  }

  private static boolean isThere(Segment segment, Path storage) {
    return segment.getState() != SegmentState.DELETED
        && Files.exists(storage.resolve(segment.getName()));
  }

  private static Source source(Segment segment, Path storage, Instant from, Instant to) {
    return new Source(
        segment.getName(),
        storage.resolve(segment.getName()),
        segment.getCamera(),
        Ids.recording(segment.getStart(), segment.getSession() + "\n" + segment.getName()),
        segment.getStart(),
        Optional.of(Duration.between(segment.getStart(), segment.getEnd())),
        from,
        to);
  }

  private static List<String> missing(
      List<Segment> there, List<Segment> gone, Instant from, Instant to) {
    List<String> missing = new ArrayList<>();
    Instant covered = from;
    for (Segment segment : there) {
      gap(covered, segment.getStart(), gone, missing);
      covered = segment.getEnd().isAfter(covered) ? segment.getEnd() : covered;
    }
    gap(covered, to, gone, missing);
    return missing;
  }

  private static void gap(Instant begin, Instant end, List<Segment> gone, List<String> missing) {
    if (Duration.between(begin, end).compareTo(GAP) > 0) {
      boolean deleted =
          gone.stream()
              .anyMatch(
                  segment -> segment.getStart().isBefore(end) && segment.getEnd().isAfter(begin));
      missing.add(
          (deleted
                  ? "what was recorded from %s to %s was deleted"
                  : "nothing was recorded from %s to %s")
              .formatted(begin, end));
    }
  }
}
