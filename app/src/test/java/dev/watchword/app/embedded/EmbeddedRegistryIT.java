package dev.watchword.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.schemas.wire.AvroDeserializer;
import dev.watchword.schemas.wire.AvroSerializer;
import dev.watchword.schemas.wire.RegistryClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema GATE =
      SchemaBuilder.record("Gate").fields().requiredString("camera").endRecord();
  private static final Schema GATE_WITH_NOTE =
      SchemaBuilder.record("Gate")
          .fields()
          .requiredString("camera")
          .name("note")
          .type()
          .stringType()
          .stringDefault("")
          .endRecord();
  private static final Schema GATE_WITHOUT_DEFAULT =
      SchemaBuilder.record("Gate")
          .fields()
          .requiredString("camera")
          .requiredLong("count")
          .endRecord();

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private EmbeddedRegistry registry;
  private RegistryClient client;
  private final HttpClient http = HttpClient.newHttpClient();
  private String subject;

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.start(directory, 0);
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  @BeforeEach
  void startRegistry(TestInfo test) {
    registry = EmbeddedRegistry.start(kafka.bootstrapServers(), 0);
    client = new RegistryClient(List.of(URI.create(registry.url())), null);
    subject = test.getTestMethod().orElseThrow().getName() + "-value";
  }

  @AfterEach
  void stopRegistry() {
    client.close();
    http.shutdownNow();
    registry.close();
  }

  @Test
  void carriesRecordsOfTheSerdeThroughKafka() throws Exception {
    KafkaClients clients = new KafkaClients(kafka.bootstrapServers());
    clients.createTopic("gates");
    GenericRecord gate = new GenericRecordBuilder(GATE).set("camera", "gate-7").build();

    clients.send(
        "gates",
        List.of(gate),
        Map.of("value.serializer", AvroSerializer.class, "schema.registry.url", registry.url()));
    List<Object> read =
        clients.read(
            "gates",
            1,
            Map.of(
                "value.deserializer",
                AvroDeserializer.class,
                "specific.avro.reader",
                false,
                "schema.registry.url",
                registry.url()));

    assertThat(read).hasSize(1);
    assertThat(GenericData.get().compare(read.getFirst(), gate, GATE)).isZero();
  }

  @Test
  void givesEqualSchemasOneIdAndVersionsInOrder() {
    int id = client.register(subject, GATE);
    int newer = client.register(subject, GATE_WITH_NOTE);

    assertThat(newer).isGreaterThan(id);
    assertThat(client.register(subject, GATE)).isEqualTo(id);
    assertThat(client.register("other-" + subject, GATE)).isEqualTo(id);
    assertThat(client.lookup(subject, GATE_WITH_NOTE)).isEqualTo(newer);
    assertThat(client.schema(id)).isEqualTo(GATE);
    assertThat(client.latest(subject))
        .isEqualTo(new RegistryClient.Version(subject, 2, newer, GATE_WITH_NOTE));
    assertThat(get("/subjects/" + subject + "/versions").toString()).isEqualTo("[1,2]");
    assertThat(get("/subjects/" + subject + "/versions/1").path("id").asInt()).isEqualTo(id);
    assertThat(get("/subjects").toString()).contains('"' + subject + '"');
    assertThat(get("/").isObject()).isTrue();
  }

  @Test
  void refusesASchemaThatCannotReadWhatIsThere() {
    client.register(subject, GATE);

    assertThatThrownBy(() -> client.register(subject, GATE_WITHOUT_DEFAULT))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("error 409")
        .hasMessageContaining("incompatible with an earlier schema")
        .hasMessageContaining("count");
    assertThat(get("/subjects/" + subject + "/versions").toString()).isEqualTo("[1]");
  }

  @Test
  void changesTheLevelOfASubjectAndOfTheRegistry() {
    client.register(subject, GATE);

    assertThat(get("/config").path("compatibilityLevel").asText()).isEqualTo("BACKWARD");
    assertThat(get("/config/" + subject).path("error_code").asInt()).isEqualTo(40408);
    assertThat(get("/config/" + subject + "?defaultToGlobal=true").toString())
        .isEqualTo("{\"compatibilityLevel\":\"BACKWARD\"}");
    assertThat(send("PUT", "/config/" + subject, "{\"compatibility\":\"NONE\"}").toString())
        .isEqualTo("{\"compatibility\":\"NONE\"}");
    assertThat(client.register(subject, GATE_WITHOUT_DEFAULT)).isPositive();
    assertThat(send("PUT", "/config", "{\"compatibility\":\"FULL\"}").has("error_code")).isFalse();
    restart();
    assertThat(get("/config").path("compatibilityLevel").asText()).isEqualTo("FULL");
    assertThat(get("/config/" + subject).path("compatibilityLevel").asText()).isEqualTo("NONE");
    send("PUT", "/config", "{\"compatibility\":\"BACKWARD\"}");
  }

  @Test
  void answersErrorsInTheFormThatClientsActOn() {
    client.register(subject, GATE);
    String body = JSON.createObjectNode().put("schema", GATE_WITH_NOTE.toString()).toString();

    assertThat(code("GET", "/subjects/nobody/versions/latest", null)).isEqualTo(40401);
    assertThat(code("POST", "/subjects/nobody", body)).isEqualTo(40401);
    assertThat(code("GET", "/subjects/" + subject + "/versions/7", null)).isEqualTo(40402);
    assertThat(code("GET", "/subjects/" + subject + "/versions/x", null)).isEqualTo(42202);
    assertThat(code("POST", "/subjects/" + subject, body)).isEqualTo(40403);
    assertThat(code("GET", "/schemas/ids/99999", null)).isEqualTo(40403);
    assertThat(code("POST", "/subjects/s/versions", "{\"schema\":\"{}\"}")).isEqualTo(42201);
    assertThat(code("POST", "/subjects/s/versions", "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}"))
        .isEqualTo(42201);
    assertThat(code("POST", "/subjects/s/versions", "no json")).isEqualTo(400);
    assertThat(code("PUT", "/config", "{\"compatibility\":\"SOME\"}")).isEqualTo(42203);
    assertThat(code("DELETE", "/subjects/" + subject, null)).isEqualTo(405);
    assertThat(code("GET", "/elsewhere", null)).isEqualTo(404);
  }

  @Test
  void rebuildsItsStateFromTheTopic() {
    int id = client.register(subject, GATE);
    int newer = client.register(subject, GATE_WITH_NOTE);

    restart();

    assertThat(client.schema(id)).isEqualTo(GATE);
    assertThat(client.latest(subject).id()).isEqualTo(newer);
    assertThat(client.register("after-" + subject, GATE_WITHOUT_DEFAULT)).isGreaterThan(newer);
  }

  @Test
  void writesTheRecordsThatConfluentsRegistryReads() {
    int id = client.register(subject, GATE);

    List<Object> values =
        new KafkaClients(kafka.bootstrapServers())
            .read(SchemaTopic.NAME, 1, Map.of("group.id", subject));
    assertThat(values)
        .contains(
            "{\"subject\":\"%s\",\"version\":1,\"id\":%d,\"schema\":%s,\"deleted\":false}"
                .formatted(subject, id, JSON.valueToTree(GATE.toString())));
  }

  @Test
  void readsRecordsThatConfluentsRegistryWrote() {
    int id = client.register(subject, GATE);
    try (SchemaTopic topic = SchemaTopic.open(kafka.bootstrapServers())) {
      String key = "{\"keytype\":\"SCHEMA\",\"subject\":\"theirs\",\"version\":%d,\"magic\":1}";
      String value =
          "{\"subject\":\"theirs\",\"version\":%d,\"id\":%d,\"md5\":\"x\",\"schema\":\"\\\"%s\\\"\",\"deleted\":%s}";
      topic.append("{\"keytype\":\"NOOP\",\"magic\":0}", null);
      topic.append(key.formatted(1), value.formatted(1, 501, "string", false));
      topic.append(key.formatted(2), value.formatted(2, 502, "long", false));
      topic.append(key.formatted(3), value.formatted(3, 503, "int", false));
      topic.append(key.formatted(3), value.formatted(3, 503, "int", true));
      topic.append(
          "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"theirs\",\"magic\":0}",
          "{\"subject\":\"theirs\",\"version\":1}");
      topic.append("not json", "not json");
    }

    restart();

    assertThat(get("/subjects/theirs/versions").toString()).isEqualTo("[2]");
    assertThat(client.latest("theirs").schema()).isEqualTo(Schema.create(Schema.Type.LONG));
    assertThat(client.schema(503)).isEqualTo(Schema.create(Schema.Type.INT));
    assertThat(client.register(subject, GATE)).isEqualTo(id).isLessThan(501);
    assertThat(client.register("new-" + subject, Schema.create(Schema.Type.BYTES))).isEqualTo(504);
  }

  private void restart() {
    registry.close();
    client.close();
    registry = EmbeddedRegistry.start(kafka.bootstrapServers(), 0);
    client = new RegistryClient(List.of(URI.create(registry.url())), null);
  }

  private int code(String method, String path, String body) {
    return send(method, path, body).path("error_code").asInt();
  }

  private JsonNode get(String path) {
    return send("GET", path, null);
  }

  private JsonNode send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry.url() + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
