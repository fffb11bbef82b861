package dev.watchword.app.replay;

import dev.watchword.ingest.RecordedFrames;
import dev.watchword.schemas.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The sources of a replay of a file or a folder. A video begins at its file's time, unless a time
 * is told; so the same file gives the same frames as long as nobody touches it.
 */
final class VideoFiles {
  private static final Set<String> VIDEOS =
      Set.of(
          "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "flv",
          "wmv", "asf", "h264", "h265", "hevc", "dav");
  private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png");
  private static final int LONGEST_ID = 63;

  private VideoFiles() {}

  /**
   * @param camera the id of all frames; null for one of each file's name
   * @param start when the first video began; the others follow it without a pause. Null for the
   *     files' own times
   * @throws IOException in one sentence, when there is no video
   */
  static List<Source> of(Path path, String camera, Instant start) throws IOException {
    List<Source> sources = new ArrayList<>();
    Instant next = start;
    for (Path file : files(path)) {
      Optional<Duration> length = RecordedFrames.length(file);
      Instant begin = next == null ? time(file) : next;
      sources.add(
          new Source(
              file.toString(),
              file,
              camera == null ? id(file) : camera,
              Ids.recording(begin, ContentDigest.of(file)),
              begin,
              length,
              Instant.MIN,
              Instant.MAX));
      if (next != null) {
        next = next.plus(length.orElse(Duration.ZERO));
      }
    }
    return sources;
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("there is no file or folder " + path);
    }
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> videos = withEnding(path, VIDEOS);
    if (videos.isEmpty() && !withEnding(path, PICTURES).isEmpty()) {
      return List.of(path);
    }
    if (videos.isEmpty()) {
      throw new IOException(
          "folder " + path + " holds no video, such as an .mp4, and no .jpg or .png pictures");
    }
    return videos;
  }

  private static List<Path> withEnding(Path folder, Set<String> endings) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> endings.contains(ending(file)))
          .sorted()
          .toList();
    }
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static Instant time(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** A camera's id out of a file's name. */
  static String id(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String id =
        (dot > 0 ? name.substring(0, dot) : name)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9_-]+", "-")
            .replaceAll("^[-_]+|-+$", "");
    return id.isEmpty() ? "video" : id.substring(0, Math.min(LONGEST_ID, id.length()));
  }
}
