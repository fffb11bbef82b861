package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.config.Secret;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * The sampled frames of a video, as fast as they are asked for, on the way that a camera's frames
 * go. The same video gives the same frames: which ones is decided by their presentation times, and
 * they were captured at the video's start plus these. No motion gate looks at them. Used by one
 * thread.
 */
public final class RecordedFrames implements AutoCloseable {
  private final CameraConfig camera;
  private final String session;
  private final FrameSource source;
  private final Sampler sampler;
  private final Damage damage = new Damage();
  private final JpegEncoder encoder;
  private long sequence;
  private long damaged;

  private RecordedFrames(CameraConfig camera, String session, FrameSource source) {
    this.camera = camera;
    this.session = session;
    this.source = source;
    this.sampler = new Sampler(camera.samplesPerSecond());
    this.encoder = new JpegEncoder(camera.picture(), camera.quality());
    source.sampledBy(
        sampler,
        new IngestMetrics(new CollectorRegistry(), new CoverageBook("unread")).camera(camera.id()));
  }

  /**
   * @param camera the id under which its frames go
   * @param session that the frames belong to
   * @param start capture time of the first frame
   * @throws IOException in one sentence, when it is no video that can be decoded
   */
  public static RecordedFrames open(
      String camera, Path video, String session, Instant start, double samplesPerSecond)
      throws IOException {
    CameraConfig config = config(camera, video).withSamplesPerSecond(samplesPerSecond);
    // Its time is that of the video, and nothing is waited for.
    Clock clock = Clock.fixed(start, ZoneOffset.UTC);
    try {
      FrameSource source =
          FfmpegSource.opener(clock, (time, stop) -> {}).open(config, new StopSignal());
      return new RecordedFrames(config, session, source);
    } catch (SourceFailure failure) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  /**
   * How long the video says it is; empty when it does not say.
   *
   * @throws IOException in one sentence, when it is no video
   */
  public static Optional<Duration> length(Path video) throws IOException {
    CameraConfig config = config("length", video);
    try (PacketReader reader = PacketReader.open(config, new StopSignal(), Clock.systemUTC())) {
      return Optional.of(reader.duration()).filter(Duration::isPositive);
    } catch (SourceFailure failure) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  private static CameraConfig config(String camera, Path video) {
    return CameraConfig.of(camera, CameraUrl.of(new Secret("file:" + video.toAbsolutePath())));
  }

  /**
   * The next sampled frame; empty at the end.
   *
   * @throws IOException in one sentence, when the video cannot be read on
   */
  public Optional<SampledFrame> next() throws IOException {
    Frame frame = advance();
    if (frame == null) {
      return Optional.empty();
    }
    try {
      Jpeg jpeg = encoder.encode(frame.picture());
      FrameId id = new FrameId(camera.id(), session, sequence++);
      return Optional.of(FrameRecords.of(id, frame, jpeg, SampleReason.REPLAY, null));
    } catch (IllegalStateException e) {
      throw new IOException(
          "a frame of " + camera.url() + " cannot be written as JPEG: " + e.getMessage(), e);
    }
  }

  /** Leaves out so many of the next sampled frames. Throws as {@link #next()}. */
  public void skip(long frames) throws IOException {
    for (long i = 0; i < frames && advance() != null; i++) {
      sequence++;
    }
  }

  private Frame advance() throws IOException {
    try {
      while (true) {
        Frame frame = source.next();
        if (damage.isDirty(frame.keyFrame(), frame.broken())) {
          damaged++;
        } else if (!frame.isDecoded()) {
          sampler.pass(frame.ptsMicros());
        } else if (sampler.keep(frame.ptsMicros())) {
          return frame;
        }
      }
    } catch (SourceFailure end) {
      if (end.kind() == CameraCause.ENDED) {
        return null;
      }
      throw new IOException(end.getMessage(), end);
    }
  }

  /** Frames of the video so far whose data is damaged; none of them is sampled. */
  public long damaged() {
    return damaged;
  }

  @Override
  public void close() {
    encoder.close();
    source.close();
  }
}
