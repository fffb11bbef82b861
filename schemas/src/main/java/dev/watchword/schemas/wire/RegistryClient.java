package dev.watchword.schemas.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A schema registry that speaks the Confluent REST API, reached over HTTP.
 *
 * <p>Calls block. The base URLs are tried in turn, in up to three rounds, when a server cannot be
 * reached or answers 5xx; any other refusal ends the call at once. Nothing is cached here. Safe for
 * use by many threads.
 *
 * <p>Errors: {@link RegistryUnreachableException} when no server answered, {@link
 * SerializationException} when one refused.
 */
public final class RegistryClient implements AutoCloseable {
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
  private static final int ROUNDS = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One version of a subject.
   *
   * @param id the id on the wire, unique in the registry
   * @param version counts from 1 within the subject
   */
  public record Version(String subject, int version, int id, Schema schema) {}

  private final List<URI> urls;
  private final String authorization;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  /**
   * @param urls base URLs without a trailing slash, at least one
   * @param userInfo {@code user:password} for basic authentication, or null
   */
  public RegistryClient(List<URI> urls, String userInfo) {
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("A registry client needs at least one URL.");
    }
    this.urls = List.copyOf(urls);
    this.authorization =
        userInfo == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  /** Registers the schema under the subject, or finds it there, and returns its id. */
  public int register(String subject, Schema schema) {
    return idOf(call(subjectPath(subject) + "/versions", schemaBody(schema)));
  }

  /** The id of a schema that must be registered under the subject already. */
  public int lookup(String subject, Schema schema) {
    return idOf(call(subjectPath(subject), schemaBody(schema)));
  }

  /** The newest version of the subject. */
  public Version latest(String subject) {
    JsonNode answer = call(subjectPath(subject) + "/versions/latest", null);
    return new Version(
        subject, answer.path("version").asInt(), idOf(answer), parse(answer, subject));
  }

  /** The schema with this id. */
  public Schema schema(int id) {
    return parse(call("/schemas/ids/" + id, null), "id " + id);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private JsonNode call(String path, String body) {
    SerializationException lost = null;
    for (int round = 0; round < ROUNDS; round++) {
      pause(round);
      for (URI url : urls) {
        try {
          HttpResponse<String> answer =
              http.send(request(url, path, body), BodyHandlers.ofString());
          if (answer.statusCode() < 500) {
            return read(url, path, answer);
          }
          lost = unreachable(url, "HTTP status " + answer.statusCode(), null);
        } catch (IOException e) {
          lost = unreachable(url, reason(e), e);
        } catch (InterruptedException e) {
          throw new InterruptException("Interrupted while asking the schema registry.", e);
        }
      }
    }
    throw lost;
  }

  private static void pause(int round) {
    if (round == 0) {
      return;
    }
    try {
      Thread.sleep(FIRST_PAUSE.multipliedBy(1L << (2 * (round - 1))));
    } catch (InterruptedException e) {
      throw new InterruptException("Interrupted while waiting for the schema registry.", e);
    }
  }

  private HttpRequest request(URI url, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(REQUEST_TIMEOUT)
            .header("Accept", MEDIA_TYPE)
            .header("Content-Type", MEDIA_TYPE);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return (body == null ? request.GET() : request.POST(BodyPublishers.ofString(body))).build();
  }

  private static JsonNode read(URI url, String path, HttpResponse<String> answer) {
    JsonNode json = null;
    try {
      json = JSON.readTree(answer.body());
    } catch (IOException e) {
      // Not JSON: judged below, together with the status.
    }
    if (answer.statusCode() / 100 == 2 && json != null && json.isObject()) {
      return json;
    }
    if (json == null || !json.has("error_code")) {
      throw new SerializationException(
          "%s does not answer %s like a schema registry (HTTP status %d): correct schema.registry.url."
              .formatted(url, path, answer.statusCode()));
    }
    throw new SerializationException(
        "Schema registry %s refused %s: %s (error %d)"
            .formatted(url, path, json.path("message").asText(), json.path("error_code").asInt()));
  }

  private static RegistryUnreachableException unreachable(URI url, String reason, Throwable cause) {
    return new RegistryUnreachableException(
        "Schema registry %s cannot be reached (%s): start it or correct schema.registry.url."
            .formatted(url, reason),
        cause);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case HttpTimeoutException timeout -> "no answer in time";
      case ConnectException refused -> "connection refused or host unknown";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  private static String subjectPath(String subject) {
    return "/subjects/" + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String schemaBody(Schema schema) {
    return JSON.valueToTree(Map.of("schema", schema.toString())).toString();
  }

  private static int idOf(JsonNode answer) {
    if (!answer.path("id").isInt()) {
      throw new SerializationException("The schema registry answered without a schema id.");
    }
    return answer.path("id").asInt();
  }

  private static Schema parse(JsonNode answer, String what) {
    String type = answer.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw new SerializationException("Schema " + what + " is " + type + ", not Avro.");
    }
    try {
      // Defaults of other people's schemas are theirs to judge.
      return new Schema.Parser().setValidateDefaults(false).parse(answer.path("schema").asText());
    } catch (SchemaParseException e) {
      throw new SerializationException("Schema " + what + " cannot be parsed.", e);
    }
  }
}
