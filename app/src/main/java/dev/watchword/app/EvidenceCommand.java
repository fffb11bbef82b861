package dev.watchword.app;

import dev.watchword.ingest.EvidenceTopic;
import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceOutcome;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.service.config.Units;
import dev.watchword.service.kafka.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword evidence}: a moment of a camera at full resolution. */
@Command(
    name = "evidence",
    description = {
      "Stores a moment of a camera at full resolution, and prints where.",
      "Of a running camera the last 30 s can be had, or what its key evidence.keep says."
    },
    mixinStandardHelpOptions = true)
final class EvidenceCommand extends KafkaCommand {
  /** Ingest waits for a camera that is late with the moment, and then writes. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Parameters(index = "0", paramLabel = "CAMERA", description = "The camera's id.")
  private String camera;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description =
          "The moment, by the camera's capture time, such as 2026-03-01T10:00:00Z. Default: now.")
  private Instant at;

  @Option(
      names = "--boxes",
      description =
          "Also store the picture with the boxes drawn that prompts have seen in it. The moment becomes that of the nearest frame that was looked at.")
  private boolean boxes;

  @Option(
      names = "--prompt",
      paramLabel = "ID",
      description = "With --boxes: those of this prompt alone. Default: all but shadows.")
  private String prompt;

  @Option(names = "--clip", description = "A clip instead of a picture.")
  private boolean clip;

  @Option(
      names = "--before",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "With --clip: how much before the moment. Default: ${DEFAULT-VALUE}.")
  private String before;

  @Option(
      names = "--after",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "With --clip: how much after it. Default: ${DEFAULT-VALUE}.")
  private String after;

  @Override
  void act(KafkaSettings kafka) throws InterruptedException {
    if (clip && boxes) {
      throw new CommandFailure("boxes are drawn into pictures; leave out --clip or --boxes");
    }
    EvidenceRequest request = request(kafka);
    Duration wait = PATIENCE.plus(Duration.of(request.getAfterMicros(), ChronoUnit.MICROS));
    Evidence evidence =
        new EvidenceTopic(kafka)
            .ask(request, wait)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        "no ingest process has answered for "
                            + camera
                            + "; 'watchword camera list' shows whether it runs"));
    if (evidence.getOutcome() != EvidenceOutcome.STORED) {
      throw new CommandFailure(camera + " at " + request.getMoment() + ": " + evidence.getDetail());
    }
    print(evidence);
  }

  private EvidenceRequest request(KafkaSettings kafka) throws InterruptedException {
    Instant moment = (at == null ? Instant.now() : at).truncatedTo(ChronoUnit.MICROS);
    List<MarkedBox> marked = List.of();
    if (boxes) {
      SeenBoxes seen = seen(kafka, moment);
      moment = seen.capturedAt();
      marked = seen.boxes();
      if (marked.isEmpty()) {
        System.err.println("nothing was seen in the frame of " + moment + ", no boxes to draw");
      }
    }
    return EvidenceRequest.newBuilder()
        .setId(UUID.randomUUID().toString())
        .setCamera(camera)
        .setKind(clip ? EvidenceKind.CLIP : EvidenceKind.PICTURE)
        .setMoment(moment)
        .setBeforeMicros(clip ? micros("--before", before) : 0)
        .setAfterMicros(clip ? micros("--after", after) : 0)
        .setBoxes(marked)
        .build();
  }

  private SeenBoxes seen(KafkaSettings kafka, Instant moment) throws InterruptedException {
    return SeenBoxes.near(kafka, camera, moment, Optional.ofNullable(prompt))
        .orElseThrow(
            () ->
                new CommandFailure(
                    "no frame of %s within %d s of %s was looked at%s; leave out --boxes for the picture alone"
                        .formatted(
                            camera,
                            SeenBoxes.FARTHEST.toSeconds(),
                            moment,
                            prompt == null ? "" : " with the prompt " + prompt)));
  }

  private static long micros(String option, String text) {
    try {
      return Units.duration(text).toNanos() / 1000;
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(option + ": " + e.getMessage(), e);
    }
  }

  private static void print(Evidence evidence) {
    boolean picture = evidence.getKind() == EvidenceKind.PICTURE;
    System.out.printf("%-12s%s%n", "captured", evidence.getStart());
    System.out.printf("%-12s%s%n", picture ? "picture" : "clip", evidence.getUri());
    if (evidence.getUriWithBoxes() != null) {
      System.out.printf("%-12s%s%n", "with boxes", evidence.getUriWithBoxes());
    }
  }
}
