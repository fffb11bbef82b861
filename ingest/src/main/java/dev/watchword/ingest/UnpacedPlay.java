package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.CameraCause;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.time.Clock;

/**
 * Plays a recording as fast as the processor allows, from packets to JPEGs as a camera's frames go,
 * and publishes nothing: what a frame costs can be measured on it.
 */
public final class UnpacedPlay {
  private UnpacedPlay() {}

  /**
   * What came of it.
   *
   * @param frames in the stream
   * @param decoded of these
   * @param pictures JPEGs written
   * @param bytes of the JPEGs
   */
  public record Result(int frames, int decoded, int pictures, long bytes) {}

  /** Plays the recording once, to its end. Throws {@link IOException} when it cannot be played. */
  public static Result play(CameraConfig camera) throws IOException {
    Sampler sampler = new Sampler(camera.samplesPerSecond());
    CameraMetrics metrics =
        new IngestMetrics(new CollectorRegistry(), new CoverageBook("unread")).camera(camera.id());
    int frames = 0;
    int decoded = 0;
    int pictures = 0;
    long bytes = 0;
    try (FrameSource source =
            FfmpegSource.opener(Clock.systemUTC(), (time, stop) -> {})
                .open(camera, new StopSignal());
        JpegEncoder encoder = new JpegEncoder(camera.picture(), camera.quality())) {
      source.sampledBy(sampler, metrics);
      while (true) {
        Frame frame = source.next();
        frames++;
        if (!frame.isDecoded()) {
          sampler.pass(frame.ptsMicros());
          continue;
        }
        decoded++;
        if (sampler.keep(frame.ptsMicros())) {
          pictures++;
          bytes += encoder.encode(frame.picture()).bytes().length;
        }
      }
    } catch (SourceFailure end) {
      if (end.kind() != CameraCause.ENDED) {
        throw new IOException(end.getMessage(), end);
      }
      return new Result(frames, decoded, pictures, bytes);
    }
  }
}
