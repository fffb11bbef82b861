package dev.watchword.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.GoldenSamples.Sample;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records as each version wrote them, with the schema that wrote them. Every later schema must read
 * them, and every earlier one the later ones' bytes; when a schema changes, its new bytes go into a
 * directory of their own and the old ones stay.
 */
class GoldenBytesTest {
  static {
    GeneratedRecords.trust();
  }

  static Stream<Sample> samples() {
    return GoldenSamples.all();
  }

  static Stream<Sample> newest() {
    return samples().filter(sample -> !exists(sample.record(), sample.version() + 1));
  }

  static Stream<Sample> outdated() {
    return samples().filter(sample -> exists(sample.record(), sample.version() + 1));
  }

  @ParameterizedTest
  @MethodSource("newest")
  void writesTheBytesOfItsVersion(Sample sample) throws IOException {
    SpecificRecord record = sample.record();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);

    assertThat(HexFormat.of().formatHex(bytes.toByteArray())).isEqualTo(golden(sample, ".hex"));
    assertThat(new Schema.Parser().parse(golden(sample, ".avsc"))).isEqualTo(record.getSchema());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void readsTheBytesOfEachVersion(Sample sample) throws IOException {
    Schema writer = new Schema.Parser().parse(golden(sample, ".avsc"));

    SpecificRecord read =
        new SpecificDatumReader<SpecificRecord>(writer, sample.record().getSchema())
            .read(null, decoder(sample));

    assertThat(read).isEqualTo(sample.record());
  }

  @ParameterizedTest
  @MethodSource("outdated")
  void outdatedReadersReadTheBytesOfTheNextVersion(Sample sample) throws IOException {
    Sample next = new Sample(sample.version() + 1, sample.record());
    Schema writer = new Schema.Parser().parse(golden(next, ".avsc"));
    Schema reader = new Schema.Parser().parse(golden(sample, ".avsc"));

    Object read = new GenericDatumReader<>(writer, reader).read(null, decoder(next));

    Object expected = new GenericDatumReader<>(reader).read(null, decoder(sample));
    assertThat(read).isEqualTo(expected);
  }

  private static BinaryDecoder decoder(Sample sample) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(golden(sample, ".hex"));
    return DecoderFactory.get().binaryDecoder(bytes, null);
  }

  private static boolean exists(SpecificRecord record, int version) {
    return GoldenBytesTest.class.getResource(name(record, version, ".hex")) != null;
  }

  private static String name(SpecificRecord record, int version, String suffix) {
    return "/golden/v" + version + "/" + record.getSchema().getName() + suffix;
  }

  private static String golden(Sample sample, String suffix) throws IOException {
    String name = name(sample.record(), sample.version(), suffix);
    try (InputStream resource = GoldenBytesTest.class.getResourceAsStream(name)) {
      assertThat(resource).as("golden file %s", name).isNotNull();
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
