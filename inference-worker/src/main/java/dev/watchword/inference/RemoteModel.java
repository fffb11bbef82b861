package dev.watchword.inference;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.remote.RemoteEngine;
import dev.watchword.paligemma.remote.RemoteSettings;
import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Section {@code model.remote}: a model behind an OpenAI-compatible endpoint.
 *
 * @param apiKey sent as a bearer token
 */
public record RemoteModel(RemoteSettings settings, Optional<Secret> apiKey) {
  private static final double MOST_DOLLARS = 1e6;

  /** Present when the engine is the remote one; the section is then required. */
  static Optional<RemoteModel> from(Section model, String engine) {
    boolean remote = engine.equals(RemoteEngine.NAME);
    if (!remote && model.has("remote")) {
      throw model.wrong("remote", "needs engine: " + RemoteEngine.NAME);
    }
    if (remote && model.has("path")) {
      throw model.wrong(
          "path", "has no meaning for the engine " + RemoteEngine.NAME + "; remove it");
    }
    return remote ? Optional.of(read(model, model.section("remote"))) : Optional.empty();
  }

  private static RemoteModel read(Section model, Section remote) {
    RemoteSettings usual = RemoteSettings.of(url(remote), remote.text("model"));
    RemoteSettings settings =
        new RemoteSettings(
            usual.url(),
            usual.model(),
            model.integer("max-new-tokens", usual.maxNewTokens(), 1, 4096),
            remote.duration("timeout", usual.timeout()),
            remote.integer("retries", usual.retries(), 0, 10),
            remote.integer("parallel", usual.parallel(), 1, 256),
            remote.integer("image-long-side", usual.longSide(), 16, 8192),
            remote.integer("jpeg-quality", usual.jpegQuality(), 1, 100),
            remote.number("price-per-million-input-tokens", 0, 0, MOST_DOLLARS),
            remote.number("price-per-million-output-tokens", 0, 0, MOST_DOLLARS),
            boxScale(remote));
    return new RemoteModel(settings, remote.secret("api-key"));
  }

  private static Scale boxScale(Section remote) {
    String text = remote.text("box-scale", "1000");
    return switch (text) {
      case "1000" -> Scale.THOUSANDTHS;
      case "1024" -> Scale.PARTS_OF_1024;
      case "auto" -> Scale.AUTO;
      default -> throw remote.wrong("box-scale", "expected 1000, 1024 or auto, not '" + text + "'");
    };
  }

  private static URI url(Section remote) {
    String text = remote.text("url");
    try {
      return RemoteSettings.of(URI.create(text), "any").url();
    } catch (IllegalArgumentException e) {
      // Java's own message repeats the text, and with it a password that stands in the wrong place.
      throw remote.wrong(
          "url", "expected the URL of an OpenAI-compatible API, such as http://localhost:8000/v1");
    }
  }

  /**
   * Calls nobody: whether the endpoint is there shows when it is asked.
   *
   * @param directory any that exists
   */
  EngineModel load(Path directory) throws CheckpointException {
    Map<String, String> secrets =
        apiKey.map(key -> Map.of(RemoteEngine.API_KEY, key.reveal())).orElse(Map.of());
    return EngineModel.load(RemoteEngine.NAME, directory, settings.options(), secrets);
  }
}
