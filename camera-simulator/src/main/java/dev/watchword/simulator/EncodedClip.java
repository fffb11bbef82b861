package dev.watchword.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Small clips of a drawn street, 480x272 at 12 frames/s, that come with the simulator because the
 * bundled FFmpeg cannot encode them. A key frame each 18 frames; {@code tools/encoded-clips} made
 * them.
 */
public enum EncodedClip {
  /** H.265 as cameras send it, without B-frames, 72 frames. */
  H265("street-h265.mp4"),
  /** H.264 with three B-frames between others, some of which are references, 72 frames. */
  H264_WITH_B_FRAMES("street-h264-b.mp4"),
  /** H.265 with three B-frames between others, some of which are references, 72 frames. */
  H265_WITH_B_FRAMES("street-h265-b.mp4"),
  /** Motion JPEG, full range, each of its 24 frames a key frame. */
  MOTION_JPEG("street-mjpeg.mp4");

  private final String resource;

  EncodedClip(String resource) {
    this.resource = resource;
  }

  /** The clip as a file in the directory, where it is put if it is not there yet. */
  public Path in(Path directory) throws IOException {
    Path file = directory.resolve(resource);
    if (Files.exists(file)) {
      return file;
    }
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, "clip-", ".mp4");
    try (InputStream bytes = EncodedClip.class.getResourceAsStream(resource)) {
      Files.copy(bytes, temporary, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return file;
  }
}
