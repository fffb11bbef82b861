package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.CameraCause;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Plays a recording as fast as its pictures are taken, from packets to JPEGs as a camera's frames
 * go, and publishes nothing: what a prompt sees in it, or what a frame costs, can be found out.
 * Used by one thread.
 */
public final class UnpacedPlay implements AutoCloseable {
  private final Damage damage = new Damage();
  private final Sampler sampler;
  private final FrameSource source;
  private final JpegEncoder encoder;
  private int frames;
  private int decoded;
  private int pictures;
  private long bytes;

  /**
   * A sampled frame.
   *
   * @param jpeg as it would be published; belongs to whoever got it
   * @param at since the recording's beginning
   * @param width of the recording
   * @param height of the recording
   */
  @SuppressWarnings("ArrayRecordComponent") // pictures are told apart by identity
  public record Picture(byte[] jpeg, Duration at, int width, int height) {}

  /**
   * What came of it.
   *
   * @param frames in the stream
   * @param decoded of these
   * @param pictures JPEGs written
   * @param bytes of the JPEGs
   */
  public record Result(int frames, int decoded, int pictures, long bytes) {}

  private UnpacedPlay(CameraConfig camera, FrameSource source) {
    this.source = source;
    sampler = new Sampler(camera.samplesPerSecond());
    encoder = new JpegEncoder(camera.picture(), camera.quality());
    source.sampledBy(
        sampler,
        new IngestMetrics(new CollectorRegistry(), new CoverageBook("unread")).camera(camera.id()));
  }

  /** Throws {@link IOException} with one sentence when the recording cannot be played. */
  public static UnpacedPlay open(CameraConfig camera) throws IOException {
    try {
      return new UnpacedPlay(
          camera,
          FfmpegSource.opener(Clock.systemUTC(), (time, stop) -> {})
              .open(camera, new StopSignal()));
    } catch (SourceFailure failure) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  /** Plays the recording once, to its end. Throws {@link IOException} when it cannot be played. */
  public static Result play(CameraConfig camera) throws IOException {
    try (UnpacedPlay play = open(camera)) {
      while (play.next().isPresent()) {
        continue;
      }
      return new Result(play.frames, play.decoded, play.pictures, play.bytes);
    }
  }

  /**
   * The next sampled frame; empty at the end. Damaged frames are left out, as a camera's are.
   *
   * @throws IOException with one sentence when the recording cannot be read on
   */
  public Optional<Picture> next() throws IOException {
    try {
      while (true) {
        Frame frame = source.next();
        frames++;
        decoded += frame.isDecoded() ? 1 : 0;
        if (damage.isDirty(frame.keyFrame(), frame.broken())) {
          continue;
        }
        if (!frame.isDecoded()) {
          sampler.pass(frame.ptsMicros());
        } else if (sampler.keep(frame.ptsMicros())) {
          return Optional.of(picture(frame));
        }
      }
    } catch (SourceFailure end) {
      if (end.kind() != CameraCause.ENDED) {
        throw new IOException(end.getMessage(), end);
      }
      return Optional.empty();
    }
  }

  private Picture picture(Frame frame) {
    byte[] jpeg = encoder.encode(frame.picture()).bytes();
    pictures++;
    bytes += jpeg.length;
    return new Picture(
        jpeg, Duration.ofNanos(frame.ptsMicros() * 1000), frame.width(), frame.height());
  }

  @Override
  public void close() {
    encoder.close();
    source.close();
  }
}
