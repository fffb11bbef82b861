package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.*;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Times are in seconds here; a frame is 0.04 s long. */
class DecodePlanTest {
  private static final byte IDR = 0x65;
  private static final byte OPEN = 0x41;

  private final AVCodecParameters parameters = avcodec_parameters_alloc();
  private final Sampler sampler = new Sampler(1);
  private final DecodePlan plan;
  private int overflows;

  DecodePlanTest() {
    parameters.codec_id(AV_CODEC_ID_H264);
    plan = new DecodePlan(DecodeMode.LAZY, sampler, new KeyFrames(parameters), () -> overflows++);
  }

  @AfterEach
  void free() {
    plan.close();
    avcodec_parameters_free(parameters);
  }

  @Test
  void holdsWhatFollowsTheLastSampleOfAGop() {
    gop(0, IDR);
    assertThat(decoded()).hasSize(25);
    key(1, IDR);
    assertThat(decoded()).containsExactly(1.0);
    add(1.04, 1.08, 1.12);
    assertThat(decoded()).isEmpty();
    assertThat(passed()).isEmpty();

    key(2, IDR);
    assertThat(passed()).containsExactly(1.04, 1.08, 1.12);
    assertThat(decoded()).containsExactly(2.0);
  }

  @Test
  void passedFramesAreInPresentationOrder() {
    gop(0, IDR);
    key(1, IDR);
    add(1.12, 1.04, 1.08);
    key(2, IDR);
    decoded();

    assertThat(passed()).containsExactly(1.04, 1.08, 1.12);
  }

  @Test
  void decodesWhatItHoldsWhenASampleIsDueAfterAll() {
    gop(0, IDR);
    key(1, IDR);
    decoded();
    // The key frame that was expected at 2 s does not come.
    for (int i = 1; i < 25; i++) {
      add(1 + i * 0.04);
      assertThat(decoded()).isEmpty();
    }
    add(2.0);
    assertThat(decoded()).hasSize(25).endsWith(1.92, 1.96, 2.0);
    assertThat(overflows).isZero();
  }

  @Test
  void decodesWhatItHoldsBeforeAKeyFrameThatDoesNotStandAlone() {
    gop(0, IDR);
    key(1, IDR);
    decoded();
    add(1.04, 1.08);
    key(1.12, OPEN);

    assertThat(passed()).isEmpty();
    assertThat(decoded()).startsWith(1.04, 1.08);
  }

  @Test
  void decodesEverythingWhenTooManyAreHeld() {
    Sampler rare = new Sampler(0.001);
    try (DecodePlan longGops =
        new DecodePlan(DecodeMode.LAZY, rare, new KeyFrames(parameters), () -> overflows++)) {
      rare.keep(0);
      longGops.add(frame(0, true, IDR), new TreeSet<>());
      longGops.add(frame(100, true, IDR), new TreeSet<>());
      for (int i = 1; i <= DecodePlan.MOST_HELD; i++) {
        assertThat(overflows).isZero();
        longGops.add(frame(100 + i * 0.04, false, OPEN), new TreeSet<>());
      }
      assertThat(overflows).isEqualTo(1);
      int due = 0;
      for (CodedFrame frame = longGops.due(); frame != null; frame = longGops.due()) {
        av_packet_free(frame.packet());
        due++;
      }
      assertThat(due).isEqualTo(DecodePlan.MOST_HELD + 2);
    }
  }

  @Test
  void decodesFramesWithoutATime() {
    gop(0, IDR);
    key(1, IDR);
    decoded();
    plan.add(new CodedFrame(packet(OPEN), false, 0, 0, false), new TreeSet<>());
    assertThat(decoded()).hasSize(1);
  }

  private void gop(double start, byte header) {
    key(start, header);
    for (int i = 1; i < 25; i++) {
      add(start + i * 0.04);
    }
  }

  private void key(double seconds, byte header) {
    plan.add(frame(seconds, true, header), new TreeSet<>());
    if (sampler.keepsAny(new TreeSet<>(List.of(micros(seconds))), micros(seconds))) {
      sampler.keep(micros(seconds));
    }
  }

  private void add(double... seconds) {
    for (double at : seconds) {
      plan.add(frame(at, false, OPEN), new TreeSet<>());
    }
  }

  private static CodedFrame frame(double seconds, boolean key, byte header) {
    return new CodedFrame(packet(header), true, micros(seconds), 0, key);
  }

  private static AVPacket packet(byte header) {
    AVPacket packet = av_packet_alloc();
    av_new_packet(packet, 5);
    packet.data().put(new byte[] {0, 0, 1, header, 1});
    return packet;
  }

  private static long micros(double seconds) {
    return Math.round(seconds * 1e6);
  }

  private List<Double> decoded() {
    return drain(true);
  }

  private List<Double> passed() {
    return drain(false);
  }

  private List<Double> drain(boolean due) {
    List<Double> times = new ArrayList<>();
    for (CodedFrame frame = due ? plan.due() : plan.passed();
        frame != null;
        frame = due ? plan.due() : plan.passed()) {
      times.add(frame.ptsMicros() / 1e6);
      av_packet_free(frame.packet());
    }
    return times;
  }
}
