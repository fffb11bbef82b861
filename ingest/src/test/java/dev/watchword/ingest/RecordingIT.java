package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.RtspServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RecordingIT extends RecordingFixture {
  @Test
  void cutsTheVideoIntoSegmentsThatPlay() throws Exception {
    record(clip, config(Duration.ofSeconds(3), 1L << 30));

    // Key frames at 0, 1.5, 3 s and so on; twelve seconds in all.
    assertThat(index).hasSize(4).allMatch(segment -> segment.getState() == SegmentState.RECORDED);
    assertThat(index).extracting(Segment::getFrames).containsOnly(30);
    assertThat(index.get(0).getStart()).isEqualTo(START);
    assertThat(index.get(0).getEnd()).isEqualTo(START.plusMillis(2900));
    assertThat(index.get(0).getName())
        .isEqualTo("recordings/gate/2026-03-01/235955.000-00000001.mp4");
    assertThat(index.get(2).getName())
        .isEqualTo("recordings/gate/2026-03-02/000001.000-00000001.mp4");
    for (Segment segment : index) {
      Path file = storage.resolve(segment.getName());
      assertThat(Files.size(file)).isEqualTo(segment.getBytes());
      assertThat(AbandonedSegment.read(file))
          .isEqualTo(
              new AbandonedSegment(
                  30,
                  2_900_000,
                  "h264",
                  new SegmentTags(
                      segment.getSession(),
                      ChronoUnit.MICROS.between(Instant.EPOCH, segment.getStart()))));
      assertThat(CameraProbe.probe(Clips.camera("gate", file.toString())).width()).isEqualTo(320);
    }
    assertThat(metric("recording")).isZero();
    assertThat(metric("recorded_bytes_total"))
        .isEqualTo(index.stream().mapToLong(Segment::getBytes).sum());
  }

  @Test
  void theRecordingHoldsThePicturesOfTheCamera() throws Exception {
    record(clip, config(Duration.ofSeconds(30), 1L << 30));

    Path file = storage.resolve(index.get(0).getName());
    assertThat(DecodeModesIT.play(file, 2, DecodeMode.EAGER).sampled())
        .extracting(DecodeModesIT.Seen::pixels)
        .isEqualTo(
            DecodeModesIT.play(clip, 2, DecodeMode.EAGER).sampled().stream()
                .map(DecodeModesIT.Seen::pixels)
                .toList());
  }

  @ParameterizedTest
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void recordsEachCodecSoThatItPlays(EncodedClip encoded) throws Exception {
    Path own = encoded.in(shared);
    record(own, config(Duration.ofSeconds(30), 1L << 30));

    assertThat(index).hasSize(1);
    Path file = storage.resolve(index.get(0).getName());
    DecodeModesIT.Played played = DecodeModesIT.play(file, 100, DecodeMode.EAGER);
    DecodeModesIT.Played original = DecodeModesIT.play(own, 100, DecodeMode.EAGER);
    assertThat(played.frames())
        .extracting(DecodeModesIT.Seen::pts)
        .isEqualTo(original.frames().stream().map(DecodeModesIT.Seen::pts).toList());
    assertThat(played.frames())
        .extracting(DecodeModesIT.Seen::pixels)
        .isEqualTo(original.frames().stream().map(DecodeModesIT.Seen::pixels).toList())
        .hasSize(index.get(0).getFrames());
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void recordsEachCodecOfAnRtspCameraSoThatItPlays(EncodedClip encoded) throws Exception {
    Segment segment = recordOverRtsp(encoded.in(shared));

    List<DecodeModesIT.Seen> frames =
        DecodeModesIT.play(storage.resolve(segment.getName()), 100, DecodeMode.EAGER).frames();
    List<String> own =
        DecodeModesIT.play(encoded.in(shared), 100, DecodeMode.EAGER).frames().stream()
            .map(DecodeModesIT.Seen::pixels)
            .toList();
    assertThat(frames).hasSize(segment.getFrames()).hasSizeGreaterThan(10);
    assertThat(frames).extracting(DecodeModesIT.Seen::pixels).isSubsetOf(own);
    assertThat(frames).extracting(DecodeModesIT.Seen::pts).isSorted().doesNotHaveDuplicates();
    assertThat(ChronoUnit.MICROS.between(segment.getStart(), segment.getEnd()))
        .as("length by the index and by the file")
        .isCloseTo(frames.getLast().pts() - frames.getFirst().pts(), within(300_000L));
  }

  @Test
  @Execution(CONCURRENT)
  void recordsAnRtspCamera() throws Exception {
    Segment segment = recordOverRtsp(clip);
    Path file = storage.resolve(segment.getName());
    assertThat(AbandonedSegment.read(file).frames()).isEqualTo(segment.getFrames());
    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", file.toString()));
    assertThat(probe.sentence()).endsWith("gives 320x240 h264");
  }

  /** Its first segment, of at least a second. */
  private Segment recordOverRtsp(Path played) throws Exception {
    try (RtspServer server = new RtspServer(0)) {
      server.mount("gate", played);
      CameraConfig camera = Clips.camera("gate", server.url("gate"));
      PacketQueue queue = new PacketQueue(metrics::unrecorded);
      try (RecorderLoop loop = loop(config(Duration.ofSeconds(1), 1L << 30), queue);
          FrameSource source =
              FfmpegSource.opener(Clock.systemUTC(), Pause.real()).open(camera, new StopSignal())) {
        source.tappedBy(queue, "session-00000001");
        loop.step();
        while (index.isEmpty()) {
          source.next();
          loop.step();
        }
      }
    }
    return index.get(0);
  }
}
