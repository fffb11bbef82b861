package dev.watchword.ingest;

import dev.watchword.schemas.CameraCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder of pictures, read in the order of their names. */
final class ImageFolder {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png");

  private ImageFolder() {}

  /**
   * The pattern under which FFmpeg finds the pictures: those with the ending of the first.
   *
   * @throws SourceFailure when there are none
   */
  static String pattern(Path folder, CameraUrl url) throws SourceFailure {
    try (Stream<Path> files = Files.list(folder)) {
      String first =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> ENDINGS.contains(ending(name).toLowerCase(Locale.ROOT)))
              .sorted()
              .findFirst()
              .orElseThrow(
                  () ->
                      new SourceFailure(
                          CameraCause.NOT_FOUND,
                          "folder " + url + " holds no .jpg, .jpeg or .png picture"));
      return folder.toString().replaceAll("[\\\\*?\\[\\]{}~]", "\\\\$0") + "/*" + ending(first);
    } catch (IOException e) {
      throw new SourceFailure(
          CameraCause.OTHER, "folder " + url + " may not be read by this process");
    }
  }

  private static String ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }
}
