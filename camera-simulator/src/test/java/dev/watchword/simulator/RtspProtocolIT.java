package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the server answers to a client that speaks by hand. */
@Timeout(30)
class RtspProtocolIT {
  private static final String TCP = "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n";

  @TempDir Path directory;
  private RtspServer server;
  private Socket socket;
  private InputStream in;
  private int sequence;

  @BeforeEach
  void connect() throws IOException {
    Path clip = SceneClip.cached(directory, new DrawnScene(Setting.YARD, 1, 64, 48, 12, 6));
    server = new RtspServer(0);
    server.mount("yard", clip);
    server.mount("gate", clip, new RtspCredentials("guard", "secret"));
    socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  @AfterEach
  void disconnect() throws IOException {
    socket.close();
    server.close();
  }

  @Test
  void playsInterleavedOnTheChannelsAskedFor() throws IOException {
    assertThat(ask("OPTIONS", "yard", "")).contains("200 OK", "DESCRIBE, SETUP, PLAY");
    assertThat(ask("DESCRIBE", "yard", ""))
        .contains("200 OK", "CSeq: 2\r\n", "Content-Base: " + server.url("yard") + "/\r\n")
        .contains("m=video 0 RTP/AVP 96", "sprop-parameter-sets=")
        .containsOnlyOnce("a=control:streamid=0\r\n")
        .doesNotContain("\0");
    String setUp = ask("SETUP", "yard/streamid=0", TCP);
    assertThat(setUp).contains("200 OK", "interleaved=2-3");
    assertThat(ask("PLAY", "yard", session(setUp))).contains("200 OK");
    boolean report = false;
    for (int i = 0; i < 20; i++) {
      byte[] packet = packet();
      report |= packet[0] == 3;
      assertThat(packet[0]).isIn((byte) 2, (byte) 3);
      assertThat(packet[1] & 0xc0).as("RTP version 2").isEqualTo(0x80);
    }
    assertThat(report).as("a sender report came").isTrue();
  }

  @Test
  void asksForCredentialsBothWays() throws IOException {
    String answer = ask("DESCRIBE", "gate", "");
    assertThat(answer)
        .contains(
            "401 Unauthorized",
            "WWW-Authenticate: Digest realm=",
            "WWW-Authenticate: Basic realm=");
    assertThat(ask("SETUP", "gate/streamid=0", TCP)).contains("401");
    assertThat(ask("DESCRIBE", "gate", "Authorization: Basic Z3VhcmQ6c2VjcmV0\r\n"))
        .contains("200 OK");
    assertThat(ask("DESCRIBE", "gate", "Authorization: Basic Z3VhcmQ6d3Jvbmc=\r\n"))
        .contains("401");
  }

  @Test
  void answersWhatItCannotDoWithTheRightStatus() throws IOException {
    assertThat(ask("DESCRIBE", "nowhere", "")).contains("404 Not Found");
    assertThat(ask("RECORD", "yard", "")).contains("405 Method Not Allowed", "Allow: OPTIONS");
    assertThat(ask("PLAY", "yard", "")).contains("454 Session Not Found");
    assertThat(ask("PLAY", "yard", "Session: made-up\r\n")).contains("454");
    assertThat(ask("TEARDOWN", "yard", "Session: made-up\r\n")).contains("454");
    assertThat(ask("GET_PARAMETER", "yard", "Session: made-up\r\n")).contains("454");
    assertThat(ask("GET_PARAMETER", "yard", "")).contains("200 OK");
    assertThat(ask("SETUP", "yard/streamid=0", "Transport: RTP/SAVP;unicast\r\n")).contains("461");
    String setUp = ask("SETUP", "yard/streamid=0", TCP);
    assertThat(ask("SETUP", "yard/streamid=0", TCP + session(setUp))).contains("459");
    assertThat(ask("PLAY", "gate", "Authorization: Basic Z3VhcmQ6c2VjcmV0\r\n" + session(setUp)))
        .contains("455");
    assertThat(ask("TEARDOWN", "yard", session(setUp))).contains("200 OK");
    assertThat(in.read()).as("the connection ends").isEqualTo(-1);
  }

  @Test
  void endsAConnectionThatSpeaksSomethingElse() throws IOException {
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(answer()).contains("RTSP/1.0 400 Bad Request");
    assertThat(in.read()).isEqualTo(-1);
  }

  @Test
  void understandsRequestsBetweenReceiverReports() throws IOException {
    String setUp = ask("SETUP", "yard/streamid=0", TCP);
    socket.getOutputStream().write(new byte[] {'$', 3, 0, 4, 'P', 'L', 'A', 'Y'});
    assertThat(ask("OPTIONS", "yard", session(setUp))).contains("200 OK");
  }

  private String ask(String method, String path, String headers) throws IOException {
    String address = "rtsp://127.0.0.1:" + server.port() + "/" + path;
    String request =
        method + " " + address + " RTSP/1.0\r\nCSeq: " + ++sequence + "\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return answer();
  }

  private static String session(String answer) {
    Matcher matcher = Pattern.compile("Session: (\\w+)").matcher(answer);
    assertThat(matcher.find()).isTrue();
    return "Session: " + matcher.group(1) + "\r\n";
  }

  private String answer() throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("answer so far: " + answer).isNotEqualTo(-1);
      answer.append((char) next);
    }
    Matcher length = Pattern.compile("Content-Length: (\\d+)").matcher(answer);
    if (length.find()) {
      answer.append(
          new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8));
    }
    return answer.toString();
  }

  /** The channel, then the packet. */
  private byte[] packet() throws IOException {
    assertThat(in.read()).isEqualTo('$');
    int channel = in.read();
    int length = in.read() << 8 | in.read();
    byte[] packet = new byte[length + 1];
    packet[0] = (byte) channel;
    assertThat(in.readNBytes(packet, 1, length)).isEqualTo(length);
    return packet;
  }
}
