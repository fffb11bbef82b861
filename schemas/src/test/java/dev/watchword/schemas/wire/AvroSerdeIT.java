package dev.watchword.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AvroSerdeIT {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

  /** Camera, capturedAt and sequence are there, jpeg too; note and tags came later. */
  private static final Schema OLDER =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Reading","namespace":"dev.watchword.schemas.wire","fields":[
               {"name":"camera","type":"string"},
               {"name":"capturedAt","type":{"type":"long","logicalType":"timestamp-micros"}},
               {"name":"sequence","type":"int"},
               {"name":"dropped","type":"string"},
               {"name":"jpeg","type":"bytes"}]}
              """);

  private MemoryRegistry registry;

  @BeforeEach
  void openRegistry() throws Exception {
    registry = new MemoryRegistry();
  }

  @AfterEach
  void closeRegistry() {
    registry.close();
  }

  @Test
  void writesTheWireFormatByteForByte() {
    try (AvroSerializer serializer = serializer(Map.of())) {
      byte[] record = serializer.serialize("readings", reading());

      assertThat(HexFormat.of().formatHex(record))
          .isEqualTo(
              "00" // magic
                  + "00000001" // schema id
                  + "0c676174652d37" // "gate-7"
                  + "80c987dba6fda506" // 1772366400123456 microseconds
                  + "54" // 42
                  + "02" // second branch of the union
                  + "0668c3a9" // "hé"
                  + "02" // a map block of one entry
                  + "026b0276" // "k", "v"
                  + "00" // end of the map
                  + "08ffd80001"); // four bytes
    }
  }

  @Test
  void readsBackTheGeneratedClassWithItsInstant() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      byte[] record = serializer.serialize("readings", reading());

      Object read = deserializer.deserialize("readings", record);

      assertThat(read).isInstanceOf(Reading.class).isEqualTo(reading());
      assertThat(((Reading) read).get(1)).isEqualTo(NOON);
    }
  }

  @Test
  void readsOutOfTheMiddleOfABufferWithoutMovingIt() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      byte[] record = serializer.serialize("readings", reading());
      ByteBuffer within = ByteBuffer.allocate(record.length + 20).position(7);
      within.put(record).flip().position(7);
      ByteBuffer direct = ByteBuffer.allocateDirect(record.length).put(record).flip();

      assertThat(deserializer.deserialize("readings", new RecordHeaders(), within.slice()))
          .isEqualTo(reading());
      assertThat(deserializer.deserialize("readings", new RecordHeaders(), within))
          .isEqualTo(reading());
      assertThat(deserializer.deserialize("readings", new RecordHeaders(), direct))
          .isEqualTo(reading());
      assertThat(within.position()).isEqualTo(7);
    }
  }

  @Test
  void readsGenericRecordsOfTheWritersSchemaWhenAsked() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer =
            deserializer(Map.of(SerdeSettings.SPECIFIC_READER, "false"))) {
      byte[] record = serializer.serialize("readings", reading());

      GenericRecord read = (GenericRecord) deserializer.deserialize("readings", record);

      assertThat(read.getSchema()).isEqualTo(Reading.SCHEMA$);
      assertThat(read.get("capturedAt")).isEqualTo(1772366400123456L);
    }
  }

  @Test
  void readsAnOlderWritersRecordAsTheNewerClass() {
    GenericRecord old =
        new GenericRecordBuilder(OLDER)
            .set("camera", "gate-7")
            .set("capturedAt", 1772366400123456L)
            .set("sequence", 42)
            .set("dropped", "gone")
            .set("jpeg", ByteBuffer.wrap(new byte[] {1}))
            .build();
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      Object read = deserializer.deserialize("readings", serializer.serialize("readings", old));

      assertThat(read).isEqualTo(new Reading("gate-7", NOON, 42, null, Map.of(), new byte[] {1}));
    }
  }

  @Test
  void passesTombstones() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      assertThat(serializer.serialize("readings", null)).isNull();
      assertThat(deserializer.deserialize("readings", null)).isNull();
      assertThat(deserializer.deserialize("readings", new RecordHeaders(), (ByteBuffer) null))
          .isNull();
    }
  }

  @Test
  void refusesForeignBytesInOneSentence() {
    try (AvroDeserializer deserializer = deserializer(Map.of())) {
      assertThatThrownBy(() -> deserializer.deserialize("readings", new byte[] {1, 0, 0, 0, 1, 2}))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("magic byte 1 (schema GUID)")
          .hasMessageContaining("readings");
      assertThatThrownBy(
              () ->
                  deserializer.deserialize(
                      "readings", "{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
          .hasMessageContaining("magic byte 123 instead of 0");
      assertThatThrownBy(() -> deserializer.deserialize("readings", new byte[] {0, 0}))
          .hasMessageContaining("2 bytes");
      assertThat(registry.requests).isEmpty();
    }
  }

  @Test
  void refusesCutOffBytesAndReadsTheNextRecord() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      byte[] record = serializer.serialize("readings", reading());

      for (int length = WireFormat.PREFIX_BYTES; length < record.length; length++) {
        byte[] cut = Arrays.copyOf(record, length);
        assertThatThrownBy(() -> deserializer.deserialize("readings", cut))
            .isInstanceOf(SerializationException.class)
            .hasMessageContaining("does not match its schema, id 1");
      }
      assertThat(deserializer.deserialize("readings", record)).isEqualTo(reading());
    }
  }

  @Test
  void writesTheNextRecordRightAfterOneThatFailed() {
    try (AvroSerializer serializer = serializer(Map.of())) {
      byte[] expected = serializer.serialize("readings", reading());
      Reading incomplete = new Reading("gate-7", null, 1, null, Map.of(), new byte[0]);

      assertThatThrownBy(() -> serializer.serialize("readings", incomplete))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("capturedAt")
          .hasMessageContaining("readings");
      assertThat(serializer.serialize("readings", reading())).isEqualTo(expected);
    }
  }

  @Test
  void asksTheRegistryOncePerSchemaAndNotPerRecord() {
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      for (int i = 0; i < 100; i++) {
        deserializer.deserialize("readings", serializer.serialize("readings", reading()));
      }

      assertThat(registry.requests)
          .containsExactly("POST /subjects/readings-value/versions", "GET /schemas/ids/1");
    }
  }

  @Test
  void namesTheKeySubjectForKeys() {
    try (AvroSerializer serializer = new AvroSerializer()) {
      serializer.configure(config(Map.of()), true);
      serializer.serialize("readings", reading());

      assertThat(registry.requests).containsExactly("POST /subjects/readings-key/versions");
    }
  }

  @Test
  void looksUpAndDoesNotRegisterWhenTold() {
    Map<String, Object> noRegistering = Map.of(SerdeSettings.AUTO_REGISTER, false);
    try (AvroSerializer serializer = serializer(noRegistering)) {
      assertThatThrownBy(() -> serializer.serialize("readings", reading()))
          .isInstanceOf(SerializationException.class)
          .isNotInstanceOf(RegistryUnreachableException.class)
          .hasMessageContaining("40403");

      registry.register("readings-value", Reading.SCHEMA$.toString());
      assertThat(serializer.serialize("readings", reading())).startsWith(0, 0, 0, 0, 1);
    }
  }

  @Test
  void writesWithTheLatestVersionWhenTold() {
    Schema newest =
        new Schema.Parser()
            .parse(
                Reading.SCHEMA_JSON.replaceFirst(
                    "\\{\"name\":\"camera\"",
                    "{\"name\":\"site\",\"type\":\"string\",\"default\":\"north\"},{\"name\":\"camera\""));
    registry.register("readings-value", Reading.SCHEMA$.toString());
    registry.register("readings-value", newest.toString());
    Map<String, Object> latest =
        Map.of(SerdeSettings.AUTO_REGISTER, "false", SerdeSettings.USE_LATEST, "true");
    try (AvroSerializer serializer = serializer(latest);
        AvroDeserializer generic = deserializer(Map.of(SerdeSettings.SPECIFIC_READER, false))) {
      byte[] record = serializer.serialize("readings", reading());

      GenericRecord read = (GenericRecord) generic.deserialize("readings", record);
      assertThat(record).startsWith(0, 0, 0, 0, 2);
      assertThat(read.get("site")).hasToString("north");
      assertThat(read.get("camera")).hasToString("gate-7");
      assertThat(read.get("capturedAt")).isEqualTo(1772366400123456L);
    }
  }

  @Test
  void refusesWhatHasNoSchemaAndClassesThatAreNotThere() {
    Schema elsewhere = Schema.createRecord("Elsewhere", null, "far.away", false, List.of());
    try (AvroSerializer serializer = serializer(Map.of());
        AvroDeserializer deserializer = deserializer(Map.of())) {
      assertThatThrownBy(() -> serializer.serialize("readings", "text"))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("java.lang.String");
      byte[] record = serializer.serialize("other", new GenericData.Record(elsewhere));
      assertThatThrownBy(() -> deserializer.deserialize("other", record))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("far.away.Elsewhere")
          .hasMessageContaining("specific.avro.reader=false");
    }
  }

  @Test
  void refusesASettingThatItDoesNotUnderstand() {
    assertThatThrownBy(() -> new AvroSerializer().configure(Map.of(), false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url is missing");
    assertThatThrownBy(() -> serializer(Map.of(SerdeSettings.AUTO_REGISTER, "yes")))
        .hasMessageContaining("auto.register.schemas must be true or false");
    assertThatThrownBy(
            () -> serializer(Map.of(SerdeSettings.REGISTRY_URL, "ftp://me:secret@host/")))
        .hasMessageContaining("ftp:")
        .hasMessageNotContaining("secret");
  }

  private static Reading reading() {
    byte[] jpeg = {(byte) 0xff, (byte) 0xd8, 0, 1};
    return new Reading("gate-7", NOON, 42, "h\u00e9", Map.of("k", "v"), jpeg);
  }

  private AvroSerializer serializer(Map<String, Object> extra) {
    AvroSerializer serializer = new AvroSerializer();
    serializer.configure(config(extra), false);
    return serializer;
  }

  private AvroDeserializer deserializer(Map<String, Object> extra) {
    AvroDeserializer deserializer = new AvroDeserializer();
    deserializer.configure(config(extra), false);
    return deserializer;
  }

  private Map<String, Object> config(Map<String, Object> extra) {
    Map<String, Object> config = new HashMap<>();
    config.put(SerdeSettings.REGISTRY_URL, registry.url());
    config.putAll(extra);
    return config;
  }
}
