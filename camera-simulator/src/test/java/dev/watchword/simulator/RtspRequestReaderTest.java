package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtspRequestReaderTest {

  @Test
  void readsRequestsOneAfterAnother() throws IOException {
    RtspRequestReader reader =
        reader(
            "SETUP rtsp://host/yard/streamid=0 RTSP/1.0\r\nCSeq: 3\r\nTRANSPORT:RTP/AVP;unicast;client_port=5000-5001\r\n\r\n"
                + "TEARDOWN rtsp://host/yard RTSP/1.0\nSession: abc\n\n");
    RtspRequest setUp = reader.next();
    assertThat(setUp.method()).isEqualTo("SETUP");
    assertThat(setUp.mount()).isEqualTo("yard");
    assertThat(setUp.header("cseq")).isEqualTo("3");
    assertThat(setUp.header("Transport")).isEqualTo("RTP/AVP;unicast;client_port=5000-5001");
    assertThat(setUp.header("Session")).isNull();
    assertThat(reader.next().header("Session")).isEqualTo("abc");
    assertThat(reader.next()).isNull();
  }

  @Test
  void passesOverInterleavedPacketsEvenIfTheyLookLikeRequests() throws IOException {
    String packet = "PLAY x RTSP/1.0\r\n\r\n$$";
    RtspRequestReader reader =
        reader(
            "$\1\0"
                + (char) packet.length()
                + packet
                + "$\1\0\0"
                + "\r\nOPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n");
    RtspRequest request = reader.next();
    assertThat(request.method()).isEqualTo("OPTIONS");
    assertThat(request.mount()).isEmpty();
    assertThat(reader.next()).isNull();
  }

  @Test
  void passesOverABody() throws IOException {
    RtspRequestReader reader =
        reader(
            "GET_PARAMETER * RTSP/1.0\r\nContent-Length: 8\r\n\r\npackets\nOPTIONS * RTSP/1.0\r\n\r\n");
    assertThat(reader.next().method()).isEqualTo("GET_PARAMETER");
    assertThat(reader.next().method()).isEqualTo("OPTIONS");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "hello\r\n\r\n",
        "PLAY  RTSP/1.0\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nContent-Length: many\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n"
      })
  void refusesWhatIsNoRequest(String text) {
    assertThatThrownBy(() -> reader(text).next()).isInstanceOf(RtspSyntaxException.class);
  }

  @Test
  void refusesEndlessLinesAndHeaders() {
    assertThatThrownBy(() -> reader("x".repeat(100_000)).next())
        .isInstanceOf(RtspSyntaxException.class);
    StringBuilder many = new StringBuilder("OPTIONS * RTSP/1.0\r\n");
    for (int i = 0; i < 1000; i++) {
      many.append("h").append(i).append(": 1\r\n");
    }
    assertThatThrownBy(() -> reader(many.toString()).next())
        .isInstanceOf(RtspSyntaxException.class);
  }

  @Test
  void noticesAnEndInsideARequest() {
    assertThatThrownBy(() -> reader("PLAY rtsp://host/yard RTSP/1.0\r\nCSe").next())
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> reader("$\0\1").next()).isInstanceOf(EOFException.class);
  }

  private static RtspRequestReader reader(String text) {
    return new RtspRequestReader(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
