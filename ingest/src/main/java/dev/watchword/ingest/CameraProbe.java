package dev.watchword.ingest;

import dev.watchword.schemas.CameraCause;
import java.time.Clock;

/** Tries one camera: connects, decodes one frame, and says in a sentence what came of it. */
public final class CameraProbe {
  private CameraProbe() {}

  /**
   * What came of it.
   *
   * @param width of the picture in pixels, 0 when not {@code ok}
   * @param codec FFmpeg's name, for example h264; empty when not {@code ok}
   * @param cause {@link CameraCause#NONE} when {@code ok}
   * @param sentence for people; without credentials
   */
  public record Probe(
      boolean ok, int width, int height, String codec, CameraCause cause, String sentence) {}

  /** Blocks for at most the camera's timeouts and the time to the stream's next key frame. */
  public static Probe probe(CameraConfig camera) {
    FrameSource.Opener opener = FfmpegSource.opener(Clock.systemUTC(), Pause.real());
    try (FrameSource source = opener.open(camera, new StopSignal())) {
      Frame frame = source.next();
      return new Probe(
          true,
          frame.width(),
          frame.height(),
          frame.codec(),
          CameraCause.NONE,
          "%s gives %dx%d %s"
              .formatted(camera.url(), frame.width(), frame.height(), frame.codec()));
    } catch (SourceFailure failure) {
      return new Probe(false, 0, 0, "", failure.kind(), failure.getMessage());
    }
  }
}
