package dev.watchword.app;

import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordsSince;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was seen in the frame of a camera that is nearest to a moment.
 *
 * @param capturedAt the frame's
 */
record SeenBoxes(Instant capturedAt, List<MarkedBox> boxes) {
  /** From a frame's capture to its answers on the topic. */
  private static final Duration WAY = Duration.ofSeconds(10);

  /** A frame that is farther away does not show the moment. */
  static final Duration FARTHEST = Duration.ofSeconds(5);

  /** The boxes as the topic {@code detections} has them; gathers records in any order. */
  static final class Search {
    private final String camera;
    private final Instant moment;
    private final Optional<String> prompt;
    private final List<FrameDetections> nearest = new ArrayList<>();

    /**
     * @param prompt whose boxes are wanted; empty: those of all but shadows
     */
    Search(String camera, Instant moment, Optional<String> prompt) {
      this.camera = camera;
      this.moment = moment;
      this.prompt = prompt;
    }

    void add(FrameDetections record) {
      if (!record.getId().getCamera().equals(camera)
          || record.getOutcome() != Outcome.INFERRED
          || !prompt.map(record.getPromptId()::equals).orElse(!record.getShadow())) {
        return;
      }
      Duration distance = distance(record);
      if (distance.compareTo(FARTHEST) > 0) {
        return;
      }
      int order = nearest.isEmpty() ? -1 : distance.compareTo(distance(nearest.getFirst()));
      if (order < 0) {
        nearest.clear();
      }
      if (order < 0 || record.getId().equals(frame())) {
        nearest.add(record);
      }
    }

    private Duration distance(FrameDetections record) {
      return Duration.between(record.getCapturedAt(), moment).abs();
    }

    private FrameId frame() {
      return nearest.getFirst().getId();
    }

    /** Empty when no frame near the moment was looked at. */
    Optional<SeenBoxes> found() {
      return nearest.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new SeenBoxes(
                  nearest.getFirst().getCapturedAt(),
                  nearest.stream()
                      .flatMap(record -> record.getDetections().stream())
                      .map(Search::mark)
                      .toList()));
    }

    private static MarkedBox mark(Detection seen) {
      return new MarkedBox(seen.getLabel(), seen.getBox(), seen.getScore());
    }
  }

  /** Looks through the topic {@code detections}. */
  static Optional<SeenBoxes> near(
      KafkaSettings kafka, String camera, Instant moment, Optional<String> prompt)
      throws InterruptedException {
    Search search = new Search(camera, moment, prompt);
    RecordsSince.read(
        kafka,
        Topic.DETECTIONS,
        FrameDetections.class,
        moment.minus(FARTHEST).minus(WAY),
        search::add);
    return search.found();
  }
}
