package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.SceneClip;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeModesIT {
  @TempDir static Path directory;

  /** A frame of the stream; the hash of its pixels where it was sampled. */
  record Seen(long pts, long captured, boolean key, String pixels) {}

  record Played(List<Seen> frames, double decoded, double overflows) {
    List<Seen> sampled() {
      return frames.stream().filter(frame -> !frame.pixels().isEmpty()).toList();
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @CsvSource({
    // Frames per scene, each of which begins with a key frame; a key frame comes each 1.5 s anyway.
    "12, 3",
    "12, 7",
    "12, 40",
    "25, 1",
    "25, 13",
    "25, 60",
    "10, 10"
  })
  void lazySamplesTheSamePicturesAsEager(int framesPerSecond, int framesPerScene)
      throws IOException {
    int scenes = Math.max(2, 5 * framesPerSecond / framesPerScene);
    Path clip =
        SceneClip.cached(
            directory, SceneClip.slideshow(3, scenes, framesPerScene, 160, 120, framesPerSecond));
    for (double rate : new double[] {0.4, 1, 2, 7.5}) {
      same(clip, rate);
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @ValueSource(doubles = {0.5, 2, 5})
  void lazySamplesTheSamePicturesOfAMovingScene(double rate) throws IOException {
    same(SceneClip.cached(directory, new DrawnScene(5, 320, 240, 25, 200)), rate);
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void lazySamplesTheSamePicturesOfEachCodec(EncodedClip encoded) throws IOException {
    Path clip = encoded.in(directory);
    for (double rate : new double[] {1, 2, 3.7, 7.5}) {
      same(clip, rate);
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @ValueSource(doubles = {1, 2})
  void lazySamplesTheSamePicturesOfRealSurveillanceVideo(double rate) {
    same(Clips.surveillance(), rate);
  }

  private static void same(Path clip, double rate) {
    Played eager = play(clip, rate, DecodeMode.EAGER);
    Played lazy = play(clip, rate, DecodeMode.LAZY);
    assertThat(lazy.sampled()).as("%s at %s/s", clip.getFileName(), rate).hasSizeGreaterThan(1);
    assertThat(lazy.frames()).as("%s at %s/s", clip.getFileName(), rate).isEqualTo(eager.frames());
    assertThat(lazy.decoded()).isLessThanOrEqualTo(eager.decoded());
  }

  @Test
  @Execution(CONCURRENT)
  void lazyLeavesTheRestOfEachGopUndecoded() throws IOException {
    // A key frame each 1.5 s; at 1/s the samples of a GOP are its first frame and that at 1 s, or
    // that at 0.5 s, after which nothing is needed.
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 12, 18 * 20));
    Played eager = play(clip, 1, DecodeMode.EAGER);
    Played lazy = play(clip, 1, DecodeMode.LAZY);

    assertThat(eager.decoded()).isEqualTo(360);
    assertThat(lazy.decoded()).isBetween(200.0, 220.0);
    assertThat(lazy.frames()).hasSize(360);
  }

  @Test
  @Execution(CONCURRENT)
  void keyFrameModeDecodesKeyFramesAlone() throws IOException {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 12, 18 * 5));
    Played eager = play(clip, 100, DecodeMode.EAGER);
    Played keys = play(clip, 2, DecodeMode.KEYFRAMES);

    assertThat(keys.decoded()).isEqualTo(5);
    assertThat(keys.frames()).hasSize(90);
    assertThat(keys.sampled())
        .isEqualTo(eager.sampled().stream().filter(Seen::key).toList())
        .hasSize(5);
    assertThat(keys.frames()).isSortedAccordingTo((a, b) -> Long.compare(a.pts(), b.pts()));
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(
      value = Hardware.class,
      names = {"CUDA", "VAAPI", "AUTO"})
  void withoutTheWantedDeviceTheProcessorDecodes(Hardware hardware) throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 12, 30));
    HardwareDevices devices = new HardwareDevices();
    try (PacketReader reader =
        PacketReader.open(
            Clips.camera("gate", clip.toString()), new StopSignal(), Clock.systemUTC())) {
      AVCodec codec = avcodec_find_decoder(reader.parameters().codec_id());
      AVCodecContext context = avcodec_alloc_context3(codec);
      boolean attached = devices.attach(context, codec, hardware);
      avcodec_free_context(context);
      Assumptions.assumeFalse(attached, "this machine has such a device");
      CameraUrl url = Clips.camera("gate", clip.toString()).url();
      try (Decoder decoder = new Decoder(reader.parameters(), url, hardware, devices)) {
        AVPacket packet = av_packet_clone(reader.next());
        decoder.send(new CodedFrame(packet, true, 0, 0, true));
        decoder.end();
        assertThat(decoder.receive()).isTrue();
        assertThat(decoder.isOnDevice()).isFalse();
        assertThat(hash(decoder.picture()))
            .isEqualTo(play(clip, 1, DecodeMode.EAGER).frames().get(0).pixels());
      }
    }
  }

  /** A source that is told to be idle, and not to be, at any of the frames it gives. */
  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void goesIdleAndBackWithoutASpoiltOrAMissingFrame(EncodedClip encoded) throws IOException {
    Path clip = encoded.in(directory);
    Played eager = play(clip, 100, DecodeMode.EAGER);
    Map<Long, String> own =
        eager.frames().stream().collect(Collectors.toMap(Seen::pts, Seen::pixels));
    for (DecodeMode mode : new DecodeMode[] {DecodeMode.EAGER, DecodeMode.LAZY}) {
      for (int seed = 0; seed < 12; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean[] idle = new boolean[1];
        Played played =
            play(
                clip,
                8,
                mode,
                source -> {
                  idle[0] ^= random.nextInt(3) == 0;
                  source.idle(idle[0]);
                });
        assertThat(played.frames())
            .as("%s with seed %d", mode, seed)
            .extracting(Seen::pts)
            .containsExactlyInAnyOrderElementsOf(own.keySet());
        assertThat(played.sampled())
            .hasSizeGreaterThan(2)
            .allSatisfy(seen -> assertThat(seen.pixels()).isEqualTo(own.get(seen.pts())));
        assertThat(played.sampled()).isSortedAccordingTo(Comparator.comparing(Seen::pts));
      }
    }
  }

  static Played play(Path clip, double rate, DecodeMode mode) {
    return play(clip, rate, mode, source -> {});
  }

  private static Played play(
      Path clip, double rate, DecodeMode mode, Consumer<FrameSource> afterEachSample) {
    CollectorRegistry registry = new CollectorRegistry();
    CameraMetrics metrics = new IngestMetrics(registry, new CoverageBook("test")).camera("gate");
    Sampler sampler = new Sampler(rate);
    List<Seen> seen = new ArrayList<>();
    Clock clock = Clock.fixed(java.time.Instant.EPOCH, java.time.ZoneOffset.UTC);
    try (FrameSource source =
        FfmpegSource.opener(clock, (time, stop) -> {})
            .open(Clips.camera("gate", clip.toString(), mode), new StopSignal())) {
      source.sampledBy(sampler, metrics);
      while (true) {
        seen.add(look(source.next(), sampler));
        if (!seen.getLast().pixels().isEmpty()) {
          afterEachSample.accept(source);
        }
      }
    } catch (SourceFailure end) {
      assertThat(end.kind()).isEqualTo(dev.watchword.schemas.CameraCause.ENDED);
    }
    return new Played(
        seen, value(registry, "frames_decoded_total"), value(registry, "decode_overflows_total"));
  }

  private static Seen look(Frame frame, Sampler sampler) {
    boolean sampled = false;
    if (frame.isDecoded()) {
      sampled = sampler.keep(frame.ptsMicros());
    } else {
      sampler.pass(frame.ptsMicros());
    }
    return new Seen(
        frame.ptsMicros(),
        frame.capturedAtMicros(),
        frame.keyFrame(),
        sampled ? hash(frame.picture()) : "");
  }

  private static String hash(AVFrame picture) {
    int size = av_image_get_buffer_size(picture.format(), picture.width(), picture.height(), 1);
    byte[] pixels = new byte[size];
    BytePointer copy = new BytePointer(size);
    av_image_copy_to_buffer(
        copy,
        size,
        picture.data(),
        picture.linesize(),
        picture.format(),
        picture.width(),
        picture.height(),
        1);
    copy.get(pixels).close();
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(pixels));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static double value(CollectorRegistry registry, String name) {
    return registry.getSampleValue(
        "watchword_ingest_" + name, new String[] {"camera"}, new String[] {"gate"});
  }
}
