package dev.watchword.ingest;

import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceOutcome;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.Ids;
import dev.watchword.service.pictures.AnnotatedPicture;
import dev.watchword.service.pictures.Mark;
import dev.watchword.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Answers requests for evidence from a camera's ring: a full-size picture or a clip, stored as
 * {@code evidence/gate/2026-03-01/ID.jpg} or {@code .mp4}. A picture for which the request names
 * boxes is stored a second time, with them drawn, as {@code ID.boxes.jpg}. Used by one thread.
 */
final class EvidenceMaker implements AutoCloseable {
  /** FFmpeg's qscale 2 is its best JPEG. */
  private static final int QUALITY = 2;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final ObjectStore store;

  /** Becomes the owner of the store. */
  EvidenceMaker(ObjectStore store) {
    this.store = store;
  }

  /** Makes what is asked for, or says why there is none. */
  Evidence answer(EvidenceRequest request, CameraConfig camera, PacketRing ring) {
    if (!ID.matcher(request.getId()).matches()) {
      return without(
          request,
          EvidenceOutcome.FAILED,
          "the request's id must have 1 to 64 letters, digits, '-' or '_'");
    }
    long moment = micros(request.getMoment());
    boolean clip = request.getKind() == EvidenceKind.CLIP;
    long from = clip ? moment - Math.max(0, request.getBeforeMicros()) : moment;
    // A picture's frame may be decoded after later ones, and the nearest may be the next.
    long to = clip ? endMicros(request) : moment + PacketRing.TOLERANCE_MICROS;
    Optional<Excerpt> found = ring.excerpt(from, to);
    if (found.isEmpty()) {
      return without(
          request,
          EvidenceOutcome.NOT_KEPT,
          "the camera's video of this moment is not kept any more, or was never received");
    }
    try (Excerpt excerpt = found.get()) {
      return clip ? clip(request, excerpt) : picture(request, camera, excerpt, moment);
    } catch (IOException | SourceFailure | IllegalStateException e) {
      return without(request, EvidenceOutcome.FAILED, String.valueOf(e.getMessage()));
    }
  }

  /** The capture time up to which the camera must have come before the request can be answered. */
  static long endMicros(EvidenceRequest request) {
    long after = request.getKind() == EvidenceKind.CLIP ? request.getAfterMicros() : 0;
    return micros(request.getMoment()) + Math.max(0, after);
  }

  private Evidence picture(
      EvidenceRequest request, CameraConfig camera, Excerpt excerpt, long moment)
      throws IOException, SourceFailure {
    Excerpt.Picture picture = excerpt.picture(moment, QUALITY, camera.url());
    Jpeg jpeg = picture.jpeg();
    String name = Ids.evidenceName(request);
    store.put(name, jpeg.bytes());
    Instant at = instant(picture.capturedAtMicros());
    Evidence.Builder stored =
        stored(request, name, jpeg.bytes().length, at, at)
            .setWidth(jpeg.width())
            .setHeight(jpeg.height());
    if (!request.getBoxes().isEmpty()) {
      putWithBoxes(request, name, jpeg, stored);
    }
    return stored.build();
  }

  /** Without the boxes the picture is still worth having. */
  private void putWithBoxes(
      EvidenceRequest request, String name, Jpeg jpeg, Evidence.Builder stored) {
    String withBoxes = name.substring(0, name.lastIndexOf('.')) + ".boxes.jpg";
    try {
      store.put(withBoxes, AnnotatedPicture.draw(jpeg.bytes(), marks(request)));
      stored.setNameWithBoxes(withBoxes).setUriWithBoxes(store.uri(withBoxes));
    } catch (IOException e) {
      stored.setDetail("no picture with boxes: " + e.getMessage());
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What Java2D throws where the system has no fonts differs from one JDK to the next.
      stored.setDetail(
          "no picture with boxes: Java cannot draw letters here, install fontconfig and a font ("
              + e
              + ")");
    }
  }

  private static List<Mark> marks(EvidenceRequest request) {
    return request.getBoxes().stream()
        .map(marked -> Mark.of(marked.getLabel(), marked.getScore(), marked.getBox()))
        .toList();
  }

  private Evidence clip(EvidenceRequest request, Excerpt excerpt) throws IOException {
    String name = Ids.evidenceName(request);
    Path written = Files.createTempFile("watchword-evidence-", ".mp4");
    try {
      excerpt.write(written);
      store.put(name, written);
      return stored(
              request,
              name,
              Files.size(written),
              instant(excerpt.startMicros()),
              instant(excerpt.endMicros()))
          .build();
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private Evidence.Builder stored(
      EvidenceRequest request, String name, long bytes, Instant start, Instant end) {
    return answering(request, EvidenceOutcome.STORED)
        .setStart(start)
        .setEnd(end)
        .setName(name)
        .setBytes(bytes)
        .setUri(store.uri(name));
  }

  private static Evidence without(EvidenceRequest request, EvidenceOutcome outcome, String why) {
    return answering(request, outcome).setDetail(why).build();
  }

  private static Evidence.Builder answering(EvidenceRequest request, EvidenceOutcome outcome) {
    return Evidence.newBuilder()
        .setId(request.getId())
        .setCamera(request.getCamera())
        .setKind(request.getKind())
        .setOutcome(outcome);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  @Override
  public void close() {
    store.close();
  }
}
