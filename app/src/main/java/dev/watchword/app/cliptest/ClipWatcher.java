package dev.watchword.app.cliptest;

import dev.watchword.ingest.UnpacedPlay;
import dev.watchword.ingest.UnpacedPlay.Picture;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.sink.events.TrackingConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows clips to prompts: through ingest's source and sampler, the model, and the scenes of the
 * events service. Used by one thread.
 */
final class ClipWatcher {
  private final Generator model;
  private final TrackingConfig tracking;
  private final int batch;
  private final boolean keepsPictures;

  /**
   * @param model belongs to the caller
   * @param batch frames in one call of it
   * @param keepsPictures whether the frames' JPEGs are wanted afterwards
   */
  ClipWatcher(Generator model, TrackingConfig tracking, int batch, boolean keepsPictures) {
    this.model = model;
    this.tracking = tracking;
    this.batch = batch;
    this.keepsPictures = keepsPictures;
  }

  /**
   * What came of a clip.
   *
   * @param prompts what each saw, in the order of the clip's prompts
   * @param jpegs of the sampled frames; none where they were not kept
   */
  record Shown(List<Watched> prompts, List<byte[]> jpegs) {}

  /**
   * Plays the clip to its end.
   *
   * @throws IOException with one sentence when it cannot be played or the model does not answer
   */
  Shown show(Clip clip) throws IOException, InterruptedException {
    List<PromptWatch> watches =
        clip.prompts().stream()
            .map(prompt -> new PromptWatch(clip, prompt, tracking, model.id()))
            .toList();
    List<byte[]> jpegs = new ArrayList<>();
    try (UnpacedPlay play = UnpacedPlay.open(clip.camera())) {
      List<Picture> next = next(play);
      while (!next.isEmpty()) {
        ask(next, watches);
        if (keepsPictures) {
          next.forEach(picture -> jpegs.add(picture.jpeg()));
        }
        next = next(play);
      }
    }
    return new Shown(watches.stream().map(PromptWatch::end).toList(), jpegs);
  }

  private List<Picture> next(UnpacedPlay play) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    while (pictures.size() < batch) {
      Optional<Picture> picture = play.next();
      if (picture.isEmpty()) {
        break;
      }
      pictures.add(picture.get());
    }
    return pictures;
  }

  private void ask(List<Picture> pictures, List<PromptWatch> watches)
      throws IOException, InterruptedException {
    List<Request> requests = new ArrayList<>();
    for (Picture picture : pictures) {
      RgbImage image = RgbImage.decode(picture.jpeg());
      watches.forEach(watch -> requests.add(new Request(image, watch.prompt().asked())));
    }
    List<Answer> answers = answers(requests);
    int next = 0;
    for (Picture picture : pictures) {
      for (PromptWatch watch : watches) {
        switch (answers.get(next++)) {
          case Answer.Given given -> watch.frame(picture, given.generation());
          case Answer.Failed failed -> throw new IOException(failed.failure());
        }
      }
    }
  }

  private List<Answer> answers(List<Request> requests) throws IOException, InterruptedException {
    try {
      return model.generate(requests);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
