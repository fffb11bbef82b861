package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.engine.GenerationEngine;
import dev.watchword.paligemma.engine.Generator;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * The DJL engine {@value #NAME}: a model behind an OpenAI-compatible endpoint. Its options are those
 * of {@link RemoteSettings#options()}, of which {@code url} and {@code model} are required; the model
 * directory holds nothing. Loading calls nobody: an endpoint that is away fails requests, each
 * with its sentence.
 *
 * <p>Boxes come from {@link dev.watchword.paligemma.GemmaJsonParser} without scores. The answers are
 * those of the server: two calls may differ, other than with a model in this process.
 */
public final class RemoteEngine extends GenerationEngine {
  public static final String NAME = "Remote";

  /** Name of the secret that is sent as a bearer token. */
  public static final String API_KEY = "api-key";

  /** For DJL, which finds it as a service. */
  public RemoteEngine() {
    super(NAME, "1");
  }

  @Override
  protected Generator load(Path directory, Map<String, String> options) {
    RemoteSettings settings = RemoteOptions.read(options);
    return new RemoteGenerator(
        settings, new Endpoint(settings, Thread::sleep, InstantSource.system()));
  }
}
