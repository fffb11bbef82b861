package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.console.LiveUpdate.Box;
import dev.watchword.console.LiveUpdate.CameraState;
import dev.watchword.console.LiveUpdate.Header;
import dev.watchword.console.LiveUpdate.MaskValues;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.console.LiveUpdate.Said;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {

  @Test
  void putsLengthHeaderAndPictureOneAfterAnother() throws Exception {
    ByteBuffer jpeg = ByteBuffer.wrap(new byte[] {9, (byte) 0xff, (byte) 0xd8, 42, 9}, 1, 3);
    MaskValues mask = new MaskValues(2, 1, ByteBuffer.wrap(new byte[] {0, 1, -1, 0}, 1, 2));
    Header header =
        new Header(
            "Tür",
            "s",
            7,
            "2026-05-01T08:00:00Z",
            "RTCP",
            null,
            "2026-05-01T08:00:01Z",
            960,
            540,
            false,
            "INFERRED",
            null,
            List.of(new Box("person \"x\"", List.of(0f, .5f, .25f, 1f), .5f, "p", mask)),
            List.of(new Said("scene", "a car")),
            2.5,
            40L,
            null);

    Message.Binary message = (Message.Binary) Message.of(new Picture(header, jpeg));

    ByteBuffer bytes = message.bytes().duplicate();
    byte[] json = new byte[bytes.getInt()];
    bytes.get(json);
    JsonNode read = Message.JSON.readTree(new String(json, StandardCharsets.UTF_8));
    assertThat(read.get("camera").textValue()).isEqualTo("Tür");
    assertThat(read.get("sequence").longValue()).isEqualTo(7);
    assertThat(read.get("answeredAt").isNull()).isTrue();
    assertThat(read.at("/boxes/0/label").textValue()).isEqualTo("person \"x\"");
    assertThat(read.at("/boxes/0/box/3").doubleValue()).isEqualTo(1);
    assertThat(read.at("/boxes/0/mask/values").binaryValue()).containsExactly(1, -1);
    assertThat(read.at("/said/0/text").textValue()).isEqualTo("a car");
    assertThat(read.get("shownMillis").isNull()).isTrue();
    assertThat(bytes).isEqualTo(ByteBuffer.wrap(new byte[] {(byte) 0xff, (byte) 0xd8, 42}));
    assertThat(jpeg.remaining()).isEqualTo(3);
  }

  @Test
  void writesStatesAsTextWithAType() throws Exception {
    CameraState state =
        new CameraState(
            "gate",
            "LIVE",
            "NONE",
            "",
            null,
            "rtsp://h/x",
            1,
            2,
            "h264",
            2,
            null,
            null,
            null,
            new LiveUpdate.ClockState("RTCP", 1500L, null),
            "DEGRADED",
            "the disk is full");

    Message.Text message = (Message.Text) Message.of(new LiveUpdate.Camera(state));

    JsonNode read = Message.JSON.readTree(message.json());
    assertThat(read.get("type").textValue()).isEqualTo("camera");
    assertThat(read.at("/camera/state").textValue()).isEqualTo("LIVE");
    assertThat(read.at("/camera/clock/errorMicros").longValue()).isEqualTo(1500);
    assertThat(read.at("/camera/clock/skewPpm").isNull()).isTrue();
    assertThat(read.at("/camera/recordingDetail").textValue()).isEqualTo("the disk is full");
    assertThat(message.subject()).isEqualTo("camera gate");
  }
}
