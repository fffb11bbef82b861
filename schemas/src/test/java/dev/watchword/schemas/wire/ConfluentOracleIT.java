package dev.watchword.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confluent's own serializers as the judge; {@code mvn -Poracle} fetches them. */
class ConfluentOracleIT {
  private static final Path JARS =
      Path.of("target", "confluent-oracle", "META-INF", "bundled-dependencies");
  private static final String ABSENT =
      "Confluent's classes are not there; run with -Poracle to fetch them";
  private static final String NOON = "2026-03-01T12:00:00.123456Z";
  private static final Schema FRAME =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Frame","namespace":"av","fields":[
               {"name":"camera","type":"string"},
               {"name":"ts","type":{"type":"long","logicalType":"timestamp-micros"}},
               {"name":"note","type":["null","string"],"default":null},
               {"name":"state","type":{"type":"enum","name":"State","symbols":["LIVE","LOST"]}},
               {"name":"score","type":"float"},
               {"name":"boxes","type":{"type":"array","items":"double"}},
               {"name":"jpeg","type":"bytes"}]}
              """);
  private static final String FRAME_JSON =
      """
      {"camera":"gate-7","ts":1790000000000000,"note":{"string":"h\u00e9"},"state":"LOST",
       "score":0.5,"boxes":[0.25,-1.0],"jpeg":"\\u00ff\\u00d8\\u0000\\u0001"}
      """;

  private static MemoryRegistry registry;
  private static URLClassLoader loader;
  private static Function<Object[], Object> confluent;

  @BeforeAll
  @SuppressWarnings("unchecked")
  static void loadConfluentApart() throws Exception {
    if (!Files.isDirectory(JARS)) {
      System.out.println("ConfluentOracleIT skipped: " + ABSENT);
      return;
    }
    List<URL> urls = new ArrayList<>();
    urls.add(ConfluentOracleIT.class.getProtectionDomain().getCodeSource().getLocation());
    try (Stream<Path> jars = Files.list(JARS)) {
      for (Path jar : jars.toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    registry = new MemoryRegistry();
    loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    confluent =
        (Function<Object[], Object>)
            loader.loadClass(ConfluentSide.class.getName()).getDeclaredConstructor().newInstance();
  }

  @BeforeEach
  void needConfluent() {
    assumeTrue(confluent != null, ABSENT);
  }

  @AfterAll
  static void close() throws Exception {
    if (registry != null) {
      registry.close();
      loader.close();
    }
  }

  @Test
  void genericRecordsAreTheSameBytesAndReadableBothWays() {
    try (AvroSerializer ours = serializer(Map.of());
        AvroDeserializer reader = deserializer(false)) {
      byte[] theirs =
          (byte[]) ask("serialize", config(Map.of()), "frames", FRAME.toString(), FRAME_JSON);
      GenericRecord read = (GenericRecord) reader.deserialize("frames", theirs);

      assertThat(ours.serialize("frames", frame())).isEqualTo(theirs);
      assertThat(read).isEqualTo(frame());
      assertThat(ask("deserialize", config(Map.of()), "frames", theirs).toString())
          .startsWith("org.apache.avro.generic.GenericData$Record")
          .endsWith(frame().toString());
    }
  }

  @Test
  void generatedClassesAreTheSameBytesAndReadableBothWays() {
    Reading reading =
        new Reading("gate-7", Instant.parse(NOON), 42, null, Map.of("k", "v"), new byte[] {1, 2});
    try (AvroSerializer ours = serializer(Map.of());
        AvroDeserializer reader = deserializer(true)) {
      byte[] theirs =
          (byte[]) ask("serializeReading", config(Map.of()), "readings", "gate-7", NOON);
      byte[] mine = ours.serialize("readings", reading);
      Object theirReading =
          ask("deserialize", config(Map.of("specific.avro.reader", true)), "readings", mine);

      assertThat(mine).isEqualTo(theirs);
      assertThat(reader.deserialize("readings", theirs)).isEqualTo(reading);
      assertThat(theirReading).isEqualTo(Reading.class.getName() + " " + reading);
    }
  }

  @Test
  void settingsMeanTheSame() {
    registry.register("latest-value", FRAME.toString());
    Map<String, Object> lookup = Map.of("auto.register.schemas", false);
    Map<String, Object> latest = Map.of("auto.register.schemas", false, "use.latest.version", true);
    for (Map<String, Object> settings : List.of(lookup, latest)) {
      try (AvroSerializer ours = serializer(settings)) {
        Object theirs = ask("serialize", config(settings), "latest", FRAME.toString(), FRAME_JSON);

        assertThat(ours.serialize("latest", frame())).isEqualTo(theirs);
      }
    }
    try (AvroSerializer ours = serializer(lookup)) {
      assertThatThrownBy(() -> ours.serialize("unknown", frame())).hasMessageContaining("40403");
      assertThatThrownBy(
              () -> ask("serialize", config(lookup), "unknown", FRAME.toString(), FRAME_JSON))
          .hasStackTraceContaining("40403");
    }
  }

  private static GenericRecord frame() {
    Schema state = FRAME.getField("state").schema();
    return new GenericRecordBuilder(FRAME)
        .set("camera", "gate-7")
        .set("ts", 1790000000000000L)
        .set("note", "h\u00e9")
        .set("state", new GenericData.EnumSymbol(state, "LOST"))
        .set("score", 0.5f)
        .set("boxes", List.of(0.25, -1.0))
        .set("jpeg", ByteBuffer.wrap(new byte[] {(byte) 0xff, (byte) 0xd8, 0, 1}))
        .build();
  }

  /** Confluent's classes find each other through the context class loader. */
  private static Object ask(Object... call) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return confluent.apply(call);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static AvroSerializer serializer(Map<String, Object> extra) {
    AvroSerializer serializer = new AvroSerializer();
    serializer.configure(config(extra), false);
    return serializer;
  }

  private static AvroDeserializer deserializer(boolean specific) {
    AvroDeserializer deserializer = new AvroDeserializer();
    deserializer.configure(config(Map.of("specific.avro.reader", specific)), false);
    return deserializer;
  }

  private static Map<String, Object> config(Map<String, Object> extra) {
    Map<String, Object> config = new HashMap<>(extra);
    config.put("schema.registry.url", registry.url());
    return config;
  }
}
