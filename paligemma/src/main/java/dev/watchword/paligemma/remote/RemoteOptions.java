package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.GemmaJsonParser.Scale;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Reads what {@link RemoteSettings#options()} writes; what is absent has its default. */
final class RemoteOptions {
  private final Map<String, String> options;

  private RemoteOptions(Map<String, String> options) {
    this.options = options;
  }

  /**
   * @throws IllegalArgumentException with one sentence that names the option
   */
  static RemoteSettings read(Map<String, String> given) {
    for (String required : new String[] {"url", "model"}) {
      if (!given.containsKey(required)) {
        throw new IllegalArgumentException(
            "the engine %s needs the option '%s'".formatted(RemoteEngine.NAME, required));
      }
    }
    Map<String, String> all =
        new LinkedHashMap<>(
            RemoteSettings.of(URI.create("http://localhost"), "any").options());
    for (Map.Entry<String, String> option : given.entrySet()) {
      if (all.replace(option.getKey(), option.getValue()) == null) {
        throw new IllegalArgumentException(
            "the engine %s has no option '%s'; it has %s"
                .formatted(RemoteEngine.NAME, option.getKey(), String.join(", ", all.keySet())));
      }
    }
    return new RemoteOptions(all).settings();
  }

  private RemoteSettings settings() {
    return new RemoteSettings(
        parsed("url", URI::create),
        options.get("model"),
        parsed("max-new-tokens", Integer::valueOf),
        parsed("timeout", Duration::parse),
        parsed("retries", Integer::valueOf),
        parsed("parallel", Integer::valueOf),
        parsed("image-long-side", Integer::valueOf),
        parsed("jpeg-quality", Integer::valueOf),
        parsed("price-per-million-input-tokens", Double::valueOf),
        parsed("price-per-million-output-tokens", Double::valueOf),
        parsed("box-scale", Scale::valueOf));
  }

  private <T> T parsed(String name, Function<String, T> parser) {
    try {
      return parser.apply(options.get(name));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IllegalArgumentException(
          "option %s cannot be '%s'".formatted(name, options.get(name)), e);
    }
  }
}
