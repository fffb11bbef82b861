package dev.watchword.ingest;

import dev.watchword.ingest.MotionGate.Verdict;
import dev.watchword.schemas.CameraCause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/** Watches a camera through its motion gate for a while, so that people can see what it does. */
public final class GateProbe {
  private GateProbe() {}

  /**
   * A sampled frame and what the gate made of it.
   *
   * @param jpeg the picture as it would be published
   * @param score fraction of the watched picture that changed
   * @param lightChanged most of the picture changed at once, as by an infrared switch
   * @param width of the grid that the gate looks at
   * @param height of the grid
   * @param changed for each cell of the grid, row by row, whether it changed
   * @param watched whether it is outside the mask
   */
  public record Look(
      byte[] jpeg,
      Duration at,
      boolean passed,
      float score,
      boolean lightChanged,
      int width,
      int height,
      boolean[] changed,
      boolean[] watched) {}

  /**
   * Connects and gives each sampled frame to the consumer, for so much of the stream or to its end.
   * A camera without a gate is looked at with the default one. Throws {@link IOException} with one
   * sentence, without credentials, when the camera gives no pictures.
   */
  public static void watch(CameraConfig camera, Duration length, Consumer<Look> looks)
      throws IOException {
    MotionGate gate = new MotionGate(camera.gate().orElse(GateConfig.DEFAULT));
    Sampler sampler = new Sampler(camera.samplesPerSecond());
    try (FrameSource source =
            FfmpegSource.opener(Clock.systemUTC(), Pause.real()).open(camera, new StopSignal());
        LumaScaler scaler = new LumaScaler();
        JpegEncoder encoder = new JpegEncoder(camera.picture(), camera.quality())) {
      Frame frame = source.next();
      for (long start = frame.ptsMicros();
          frame.ptsMicros() - start < length.toNanos() / 1000;
          frame = source.next()) {
        if (sampler.keep(frame.ptsMicros())) {
          Luma luma = scaler.scale(frame.picture());
          Verdict verdict = gate.judge(luma, frame.ptsMicros());
          Duration at = Duration.ofNanos((frame.ptsMicros() - start) * 1000);
          looks.accept(look(encoder.encode(frame.picture()), at, verdict, luma, gate));
        }
      }
    } catch (SourceFailure failure) {
      if (failure.kind() != CameraCause.ENDED) {
        throw new IOException(failure.getMessage(), failure);
      }
    }
  }

  private static Look look(Jpeg jpeg, Duration at, Verdict verdict, Luma luma, MotionGate gate) {
    return new Look(
        jpeg.bytes(),
        at,
        verdict.passes(),
        verdict.score(),
        verdict.sceneChange(),
        luma.width(),
        luma.height(),
        gate.changed(),
        gate.watched());
  }
}
