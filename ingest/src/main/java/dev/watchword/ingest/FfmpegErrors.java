package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.*;

import dev.watchword.schemas.CameraCause;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * FFmpeg's error codes in words. Codes of the operating system differ between systems, so those are
 * told apart by their text.
 */
final class FfmpegErrors {
  private static final int TEXT_BYTES = 128;

  private FfmpegErrors() {}

  /** A source could not be opened. */
  static SourceFailure opening(CameraUrl url, int code) {
    String text = text(code);
    if (code == AVERROR_HTTP_UNAUTHORIZED || code == AVERROR_HTTP_FORBIDDEN) {
      return failure(
          CameraCause.AUTH_FAILED,
          "%s refuses the log-in; check user and password in its url",
          url);
    }
    if (code == AVERROR_HTTP_NOT_FOUND) {
      return failure(CameraCause.NOT_FOUND, "%s: the server has no such stream", url);
    }
    if (url.isFile()) {
      return openingFile(url, code, text);
    }
    if (text.contains("connection refused")) {
      return failure(CameraCause.REFUSED, "%s: nothing listens at this address and port", url);
    }
    if (text.contains("timed out") || code == AVERROR_EXIT) {
      return openTimeout(url);
    }
    if (code == AVERROR_EIO()
        || text.contains("unreachable")
        || text.contains("no route")
        || text.contains("connection reset")) {
      return failure(CameraCause.UNREACHABLE, "%s cannot be reached; check host and network", url);
    }
    if (code == AVERROR_INVALIDDATA) {
      return failure(CameraCause.OTHER, "%s answers, but not with a video stream", url);
    }
    return failure(CameraCause.OTHER, "%s cannot be opened: " + text, url);
  }

  private static SourceFailure openingFile(CameraUrl url, int code, String text) {
    if (code == AVERROR_ENOENT()) {
      return failure(CameraCause.NOT_FOUND, "there is no file %s", url);
    }
    if (code == AVERROR_EACCES()) {
      return failure(CameraCause.OTHER, "file %s may not be read by this process", url);
    }
    if (code == AVERROR_INVALIDDATA) {
      return failure(
          CameraCause.OTHER, "file %s is damaged or not a video that FFmpeg can read", url);
    }
    return failure(CameraCause.OTHER, "file %s cannot be opened: " + text, url);
  }

  static SourceFailure untrusted(CameraUrl url) {
    return failure(
        CameraCause.UNTRUSTED,
        "%s shows a certificate that cannot be trusted: it is signed by nobody known, has expired,"
            + " or is another host's; name its authority or itself in the camera's tls-ca, or set"
            + " tls: insecure",
        url);
  }

  static SourceFailure unverifiedParts(CameraUrl url) {
    return failure(
        CameraCause.UNTRUSTED,
        "%s is a list of further addresses whose certificates would not be verified; set tls:"
            + " insecure for this camera if that will do",
        url);
  }

  static SourceFailure openTimeout(CameraUrl url) {
    return failure(
        CameraCause.TIMEOUT, "%s did not give a stream within the camera's open-timeout", url);
  }

  static SourceFailure noVideo(CameraUrl url) {
    return failure(CameraCause.NO_VIDEO, "%s has no video stream", url);
  }

  static SourceFailure unsupported(CameraUrl url, String codec) {
    return failure(
        CameraCause.CODEC_UNSUPPORTED,
        "%s sends '" + codec + "', which cannot be decoded; set the camera to H.264 or H.265",
        url);
  }

  static SourceFailure stalled(CameraUrl url) {
    return failure(CameraCause.STALLED, "%s sent nothing for the camera's read-timeout", url);
  }

  static SourceFailure noPicture(CameraUrl url) {
    return failure(
        CameraCause.DAMAGED,
        url.isFile()
            ? "file %s is damaged: no picture could be decoded from it"
            : "%s sends data, but no picture could be decoded from it",
        url);
  }

  static SourceFailure ended(CameraUrl url) {
    return failure(
        CameraCause.ENDED,
        url.isFile() ? "file %s was read to its end" : "%s ended the stream",
        url);
  }

  /** A live stream broke. */
  static SourceFailure reading(CameraUrl url, int code) {
    String text = text(code);
    if (code == AVERROR_EXIT || text.contains("timed out")) {
      return stalled(url);
    }
    if (url.isFile()) {
      return failure(CameraCause.OTHER, "file %s is damaged: " + text, url);
    }
    return failure(CameraCause.UNREACHABLE, "%s broke off: " + text, url);
  }

  private static SourceFailure failure(CameraCause cause, String sentence, CameraUrl url) {
    return new SourceFailure(cause, sentence.replace("%s", url.toString()));
  }

  /** FFmpeg's words for a code; they never hold a URL. */
  private static String text(int code) {
    byte[] text = new byte[TEXT_BYTES];
    av_strerror(code, text, TEXT_BYTES);
    int length = 0;
    while (length < TEXT_BYTES && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
  }
}
