package dev.watchword.console;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the console pushes to browsers; the records below are the JSON on the wire. Times are ISO
 * 8601 in UTC; boxes are {@code [xMin, yMin, xMax, yMax]} as fractions of the picture; a time span
 * that is not known is null.
 */
sealed interface LiveUpdate {

  /** A frame of a camera with the boxes of all prompts that have answered so far. */
  record Picture(Header header, ByteBuffer jpeg) implements LiveUpdate {}

  /** A camera's state has changed. */
  record Camera(String type, CameraState camera) implements LiveUpdate {
    Camera(CameraState camera) {
      this("camera", camera);
    }
  }

  /**
   * All cameras and the sums over them, once a second and to each new browser.
   *
   * @param trouble one sentence when the console itself cannot read, else null
   */
  record Overview(
      String type,
      List<CameraState> cameras,
      int live,
      double framesPerSecond,
      double detectionsPerSecond,
      String trouble)
      implements LiveUpdate {
    Overview(
        List<CameraState> cameras,
        int live,
        double framesPerSecond,
        double detectionsPerSecond,
        String trouble) {
      this("overview", cameras, live, framesPerSecond, detectionsPerSecond, trouble);
    }
  }

  /**
   * What stands before the JPEG.
   *
   * @param answeredAt when the last prompt's answer was ready; null without an answer
   * @param outcome {@code INFERRED}, {@code SKIPPED_STALE}, {@code FAILED}, or {@code NO_ANSWER}
   *     when no prompt has answered yet
   * @param failure one sentence when a prompt failed, else null
   * @param answeredMillis median from capture to answer
   * @param shownMillis median from capture to push
   */
  record Header(
      String camera,
      String session,
      long sequence,
      String capturedAt,
      String clock,
      String answeredAt,
      String sentAt,
      int width,
      int height,
      boolean damaged,
      String outcome,
      String failure,
      List<Box> boxes,
      List<Said> said,
      double framesPerSecond,
      Long answeredMillis,
      Long shownMillis) {}

  /**
   * One detection in a picture.
   *
   * @param mask its shape, else null
   */
  record Box(String label, List<Float> box, float score, String prompt, MaskValues mask) {}

  /**
   * A shape inside a box.
   *
   * @param values {@code width * height} unsigned bytes, in base64 on the wire, stretched over the
   *     box, row by row; 128 and more is inside
   */
  record MaskValues(int width, int height, ByteBuffer values) {}

  /** What a prompt said in words about a picture. */
  record Said(String prompt, String text) {}

  /** One detection with where it was seen, as {@code /api/detections} lists it. */
  record Seen(
      String camera,
      String session,
      long sequence,
      String capturedAt,
      String label,
      List<Float> box,
      float score,
      String prompt) {}

  /**
   * One camera.
   *
   * @param state as in the topic {@code camera-status}; {@code UNKNOWN} before its first record
   * @param url without credentials
   * @param clock of its capture times; null while none is known
   * @param recording as in the topic {@code camera-status}
   * @param recordingDetail one sentence where the recording is degraded, else empty
   */
  record CameraState(
      String camera,
      String state,
      String cause,
      String detail,
      String since,
      String url,
      int sourceWidth,
      int sourceHeight,
      String codec,
      double framesPerSecond,
      Long answeredMillis,
      Long shownMillis,
      String lastFrameAt,
      ClockState clock,
      String recording,
      String recordingDetail) {}

  /**
   * Where a camera's capture times come from.
   *
   * @param errorMicros by how much they may be wrong; null where nothing is known
   * @param skewPpm by how many parts per million the camera's clock is fast; null until known
   */
  record ClockState(String source, Long errorMicros, Double skewPpm) {}
}
