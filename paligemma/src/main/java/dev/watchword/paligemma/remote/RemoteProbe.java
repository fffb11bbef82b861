package dev.watchword.paligemma.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Whether an endpoint is there and serves the model.
 *
 * @param sentence with the way out where it is not
 */
public record RemoteProbe(boolean ok, String sentence) {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** What Ollama adds to a name without a version. */
  private static final String LATEST = ":latest";

  /** Asks once; takes five seconds at most. */
  public static RemoteProbe probe(RemoteSettings settings, Optional<String> apiKey)
      throws InterruptedException {
    try (Endpoint endpoint = new Endpoint(settings, Thread::sleep, InstantSource.system())) {
      endpoint.authorize(apiKey.map(ApiKey::new).orElse(ApiKey.NONE));
      return switch (endpoint.models(LIMIT)) {
        case Attempt.Answered answered -> serves(settings, Chat.read(answered.body()));
        case Attempt.Again again -> new RemoteProbe(false, again.sentence());
        case Attempt.Never never -> new RemoteProbe(false, never.sentence());
      };
    }
  }

  private static RemoteProbe serves(RemoteSettings settings, JsonNode list) {
    if (!list.path("data").isArray()) {
      return new RemoteProbe(
          false,
          settings.url() + " answers, but lists no models: is it an OpenAI-compatible server?");
    }
    List<String> names =
        StreamSupport.stream(list.get("data").spliterator(), false)
            .map(model -> model.path("id").asText())
            .toList();
    return names.contains(settings.model()) || names.contains(settings.model() + LATEST)
        ? new RemoteProbe(true, settings.url() + ", " + settings.model())
        : new RemoteProbe(
            false,
            "%s serves no model '%s'; it serves %s"
                .formatted(
                    settings.url(),
                    settings.model(),
                    names.isEmpty() ? "none" : String.join(", ", names)));
  }
}
