package dev.watchword.app.cliptest;

import dev.watchword.inference.Prompt;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.schemas.Detection;
import dev.watchword.service.pictures.AnnotatedPicture;
import dev.watchword.service.pictures.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the clips of a file. Each expectation must hold with each prompt of its clip that asks for
 * its label.
 */
public final class ClipTests {
  private final ClipFile file;
  private final ClipWatcher watcher;
  private final Optional<Path> pictures;
  private int frames;

  /**
   * @param model belongs to the caller
   * @param pictures where annotated frames of failed expectations are written
   */
  public ClipTests(ClipFile file, Generator model, Optional<Path> pictures) {
    this.file = file;
    this.watcher =
        new ClipWatcher(model, file.tracking(), file.inference().maxBatch(), pictures.isPresent());
    this.pictures = pictures;
  }

  /**
   * Plays all clips.
   *
   * @param told of each result, a clip's when it has been played
   * @throws IOException with one sentence when a clip cannot be played, or a picture not written
   */
  public List<Result> run(Consumer<Result> told) throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    for (Clip clip : file.clips()) {
      ClipWatcher.Shown shown = watcher.show(clip);
      frames += shown.prompts().getFirst().frames().size();
      for (int i = 0; i < clip.expectations().size(); i++) {
        for (Result result : judge(clip, i, shown)) {
          told.accept(result);
          results.add(result);
        }
      }
    }
    return results;
  }

  private List<Result> judge(Clip clip, int index, ClipWatcher.Shown shown) throws IOException {
    Expectation expectation = clip.expectations().get(index);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < clip.prompts().size(); i++) {
      Prompt prompt = clip.prompts().get(i);
      if (ClipFile.classes(prompt).contains(expectation.conditions().label())) {
        Verdict verdict = expectation.judge(shown.prompts().get(i));
        Result result =
            new Result(clip.name(), prompt.id(), index + 1, expectation.text(), verdict);
        results.add(result);
        if (pictures.isPresent()) {
          write(pictures.get(), result, shown, shown.prompts().get(i));
        }
      }
    }
    return results;
  }

  private static void write(Path directory, Result result, ClipWatcher.Shown shown, Watched watched)
      throws IOException {
    for (int number : result.verdict().frames()) {
      Sight sight = watched.frames().get(number);
      String name =
          "%s-%d-%s-%s.jpg"
              .formatted(
                  result.clip(),
                  result.number(),
                  result.prompt(),
                  Times.of(sight.at()).replace(" ", ""));
      Files.createDirectories(directory);
      Files.write(
          directory.resolve(name),
          AnnotatedPicture.draw(
              shown.jpegs().get(number), sight.seen().stream().map(ClipTests::mark).toList()));
    }
  }

  private static Mark mark(Detection seen) {
    return Mark.of(seen.getLabel(), seen.getScore(), seen.getBox());
  }

  /** How many frames have been looked at. */
  public int frames() {
    return frames;
  }
}
