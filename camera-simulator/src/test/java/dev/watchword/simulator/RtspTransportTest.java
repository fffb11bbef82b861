package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtspTransportTest {

  @Test
  void choosesTheFirstThatItCanDo() {
    assertThat(
            RtspTransport.choose(
                "RTP/AVP;multicast;client_port=1-2,RTP/AVP/TCP;unicast;interleaved=4-5,RTP/AVP;client_port=8-9"))
        .contains(new RtspTransport.Interleaved(4, 5));
    assertThat(RtspTransport.choose("RTP/AVP/UDP;unicast;client_port=30000-30001"))
        .contains(new RtspTransport.Unicast(30000, 30001));
  }

  @Test
  void fillsInWhatIsLeftOut() {
    assertThat(RtspTransport.choose("RTP/AVP/TCP")).contains(new RtspTransport.Interleaved(0, 1));
    assertThat(RtspTransport.choose("RTP/AVP;unicast;client_port=4000"))
        .contains(new RtspTransport.Unicast(4000, 4001));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "RTP/SAVP;unicast;client_port=1-2",
        "RTP/AVP;unicast",
        "RTP/AVP;client_port=70000-70001",
        "RTP/AVP/TCP;interleaved=300-301"
      })
  void refusesTheRest(String header) {
    assertThat(RtspTransport.choose(header)).isEmpty();
  }
}
