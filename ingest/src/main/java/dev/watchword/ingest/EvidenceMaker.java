package dev.watchword.ingest;

import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceOutcome;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.Ids;
import dev.watchword.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Answers requests for evidence from a camera's ring: a full-size picture or a clip, stored as
 * {@code evidence/gate/2026-03-01/ID.jpg} or {@code .mp4}. Used by one thread.
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
    return stored(request, name, jpeg.bytes().length, at, at, jpeg.width(), jpeg.height());
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
          instant(excerpt.endMicros()),
          0,
          0);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static Evidence stored(
      EvidenceRequest request,
      String name,
      long bytes,
      Instant start,
      Instant end,
      int width,
      int height) {
    return new Evidence(
        request.getId(),
        request.getCamera(),
        request.getKind(),
        EvidenceOutcome.STORED,
        "",
        start,
        end,
        name,
        bytes,
        width,
        height);
  }

  private static Evidence without(EvidenceRequest request, EvidenceOutcome outcome, String why) {
    return new Evidence(
        request.getId(),
        request.getCamera(),
        request.getKind(),
        outcome,
        why,
        null,
        null,
        null,
        0L,
        0,
        0);
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
