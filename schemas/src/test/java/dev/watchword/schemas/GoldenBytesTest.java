package dev.watchword.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.wire.GeneratedRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records as the first version wrote them, with the schema that wrote them. A later schema must
 * still read them; when one changes, its new bytes go into a directory of their own and the old
 * ones stay.
 */
class GoldenBytesTest {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123456Z");

  static Stream<SpecificRecord> samples() {
    FrameId id = new FrameId("gate", "0195a0b2-0000-7000-8000-000000000001", 42L);
    BoundingBox box = new BoundingBox(0.25f, 0.5f, 0.75f, 1f);
    return Stream.of(
        new SampledFrame(
            id,
            TIME,
            CaptureClock.RTCP,
            TIME.plusMillis(40),
            1_680_000L,
            1920,
            1080,
            "h264",
            true,
            false,
            0.125f,
            SampleReason.RATE,
            640,
            360,
            ByteBuffer.wrap(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9})),
        new FrameDetections(
            id,
            TIME,
            CaptureClock.ARRIVAL,
            TIME.plusMillis(90),
            1920,
            1080,
            "people",
            "0a1b2c3d",
            new ModelId("demo", "abcd", "OnnxRuntime", "float32"),
            Outcome.INFERRED,
            null,
            List.of(new Detection("person", box, 0.875f, new ScoreParts(0.9f, 0.95f, 0.8f))),
            "<loc0512><loc0256><loc1023><loc0768> person",
            6,
            new StageTimings(1L, 2L, 3L, 4L, 5L, 8)),
        new CameraStatus(
            "gate",
            id.getSession(),
            CameraState.WAITING,
            CameraCause.AUTH_FAILED,
            "wrong user or password",
            TIME,
            "rtsp://10.0.0.5/stream1",
            1920,
            1080,
            "h264"),
        new DeadLetter(
            "watchword.frames",
            3,
            99L,
            "Unknown magic byte!",
            "inference",
            TIME,
            ByteBuffer.wrap(new byte[] {7, 8})));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void writesTheBytesOfItsVersion(SpecificRecord sample) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new SpecificDatumWriter<SpecificRecord>(sample.getSchema()).write(sample, encoder);

    assertThat(HexFormat.of().formatHex(bytes.toByteArray())).isEqualTo(golden(sample, ".hex"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void readsTheBytesOfTheFirstVersion(SpecificRecord sample) throws IOException {
    Schema writer = new Schema.Parser().parse(golden(sample, ".avsc"));
    byte[] bytes = HexFormat.of().parseHex(golden(sample, ".hex"));

    SpecificRecord read =
        new SpecificDatumReader<SpecificRecord>(writer, sample.getSchema())
            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));

    assertThat(read).isEqualTo(sample);
  }

  private static String golden(SpecificRecord sample, String suffix) throws IOException {
    String name = "/golden/v1/" + sample.getSchema().getName() + suffix;
    try (InputStream resource = GoldenBytesTest.class.getResourceAsStream(name)) {
      assertThat(resource).as("golden file %s", name).isNotNull();
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
