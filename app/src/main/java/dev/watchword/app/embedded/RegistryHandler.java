package dev.watchword.app.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of Confluent's Schema Registry API that serializers, deserializers and schema checks of
 * a build ask for: subjects, versions, ids and compatibility levels.
 */
final class RegistryHandler implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(RegistryHandler.class);
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int MAX_BODY_BYTES = 8 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SchemaStore store;

  RegistryHandler(SchemaStore store) {
    this.store = store;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status = 200;
      Object answer;
      try {
        answer = answer(exchange);
      } catch (RegistryError e) {
        status = e.status();
        answer = error(e.code(), e.getMessage());
      } catch (RuntimeException e) {
        log.atError()
            .addKeyValue("request", exchange.getRequestURI())
            .setCause(e)
            .log("the schema registry failed on a request");
        status = 500;
        answer = error(50001, "Internal error of the schema registry.");
      }
      byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", MEDIA_TYPE);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Object answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
    List<String> path =
        Arrays.stream(exchange.getRequestURI().getRawPath().split("/"))
            .filter(part -> !part.isEmpty())
            .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
            .toList();
    String query = exchange.getRequestURI().getQuery();
    return switch (exchange.getRequestMethod()) {
      case "GET" -> get(path, query == null ? "" : query);
      case "POST" -> post(path, json(body));
      case "PUT" -> put(path, json(body));
      default -> throw new RegistryError(405, 405, "HTTP 405 Method Not Allowed");
    };
  }

  private Object get(List<String> path, String query) {
    return switch (path.isEmpty() ? "" : path.getFirst()) {
      case "" -> Map.of();
      case "subjects" ->
          switch (path.size()) {
            case 1 -> store.names();
            case 3 -> numbers(store.versions(subjectOf(path)));
            case 4 -> describe(version(store.versions(subjectOf(path)), path.get(3)));
            default -> throw notFound();
          };
      case "schemas" -> schemas(path);
      case "config" -> config(path, query);
      default -> throw notFound();
    };
  }

  private Object post(List<String> path, JsonNode body) {
    if (path.size() == 2 && path.getFirst().equals("subjects")) {
      String subject = path.get(1);
      Schema schema = schemaOf(body);
      store.versions(subject);
      return describe(
          store
              .find(subject, schema)
              .orElseThrow(() -> RegistryError.schemaNotFound("of this text")));
    }
    if (path.size() == 3 && path.getFirst().equals("subjects")) {
      return Map.of("id", store.register(subjectOf(path), schemaOf(body)).id());
    }
    throw notFound();
  }

  private Object put(List<String> path, JsonNode body) {
    if (path.isEmpty() || path.size() > 2 || !path.getFirst().equals("config")) {
      throw notFound();
    }
    String name = body.path("compatibility").asText();
    Compatibility level =
        Compatibility.named(name)
            .orElseThrow(
                () -> new RegistryError(422, 42203, "Invalid compatibility level '" + name + "'."));
    store.level(path.size() == 2 ? path.get(1) : null, level);
    return Map.of("compatibility", level.name());
  }

  private Object schemas(List<String> path) {
    if (path.size() == 2 && path.get(1).equals("types")) {
      return List.of("AVRO");
    }
    if (path.size() == 3 && path.get(1).equals("ids")) {
      return Map.of("schema", store.schema(number(path.get(2))).toString());
    }
    throw notFound();
  }

  private Object config(List<String> path, String query) {
    if (path.size() == 1) {
      return Map.of("compatibilityLevel", store.level().name());
    }
    if (path.size() > 2) {
      throw notFound();
    }
    String subject = path.get(1);
    Compatibility level =
        store
            .level(subject)
            .or(
                () ->
                    query.contains("defaultToGlobal=true")
                        ? Optional.of(store.level())
                        : Optional.empty())
            .orElseThrow(
                () ->
                    new RegistryError(
                        404,
                        40408,
                        "Subject '"
                            + subject
                            + "' does not have subject-level compatibility configured"));
    return Map.of("compatibilityLevel", level.name());
  }

  private static SchemaVersion version(List<SchemaVersion> versions, String wanted) {
    if (wanted.equals("latest") || wanted.equals("-1")) {
      return versions.getLast();
    }
    if (!wanted.matches("[1-9][0-9]{0,8}")) {
      throw new RegistryError(422, 42202, "The specified version '" + wanted + "' is not valid.");
    }
    int number = Integer.parseInt(wanted);
    return versions.stream()
        .filter(version -> version.version() == number)
        .findFirst()
        .orElseThrow(() -> RegistryError.versionNotFound(wanted));
  }

  private static Map<String, Object> describe(SchemaVersion version) {
    return Map.of(
        "subject", version.subject(),
        "version", version.version(),
        "id", version.id(),
        "schema", version.text());
  }

  private static List<Integer> numbers(List<SchemaVersion> versions) {
    return versions.stream().map(SchemaVersion::version).toList();
  }

  /** The subject of {@code /subjects/S/versions...}. */
  private static String subjectOf(List<String> path) {
    if (!path.get(2).equals("versions")) {
      throw notFound();
    }
    return path.get(1);
  }

  private static Schema schemaOf(JsonNode body) {
    String type = body.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw RegistryError.invalidSchema("this registry keeps Avro schemas only, not " + type);
    }
    if (!body.path("references").isEmpty()) {
      throw RegistryError.invalidSchema("this registry does not keep schema references");
    }
    return Subjects.parse(body.path("schema").asText());
  }

  private static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new RegistryError(400, 400, "The request's body is not JSON.");
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw notFound();
    }
  }

  private static RegistryError notFound() {
    return new RegistryError(404, 404, "HTTP 404 Not Found");
  }

  private static Map<String, Object> error(int code, String message) {
    return Map.of("error_code", code, "message", message);
  }
}
