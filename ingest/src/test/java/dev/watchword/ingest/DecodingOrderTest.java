package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DecodingOrderTest {
  @Test
  void keepsWhatAContainerSays() {
    DecodingOrder order = new DecodingOrder(200, 0);
    assertThat(order.dts(200, 0)).isZero();
    assertThat(order.dts(500, 100)).isEqualTo(100);
    assertThat(order.dts(300, 200)).isEqualTo(200);
  }

  @Test
  void ordersAStreamWithBFramesThatHasNoDecodingTimes() {
    // I P B B P B B, as RTP brings them.
    long[] pts = {1000, 1300, 1100, 1200, 1600, 1400, 1500, 1900, 1700, 1800};
    DecodingOrder order = new DecodingOrder(pts[0], pts[0]);
    long[] dts = LongStream.of(pts).map(time -> order.dts(time, time)).toArray();
    for (int i = 0; i < pts.length; i++) {
      assertThat(dts[i]).as("packet %d", i).isLessThanOrEqualTo(pts[i]);
      assertThat(i == 0 || dts[i] > dts[i - 1]).as("packet %d", i).isTrue();
    }
  }

  @Test
  void risesWhateverComes() {
    long[] pts = {1000, 900, AV_NOPTS_VALUE, 900, 0, 5000, AV_NOPTS_VALUE};
    for (long first : new long[] {1000, AV_NOPTS_VALUE}) {
      DecodingOrder order = new DecodingOrder(first, first);
      long last = Long.MIN_VALUE;
      for (long time : pts) {
        long dts = order.dts(time, AV_NOPTS_VALUE);
        assertThat(dts).isGreaterThan(last);
        last = dts;
      }
    }
  }
}
