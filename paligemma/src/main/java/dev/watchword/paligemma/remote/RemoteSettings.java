package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.GemmaJsonParser.Scale;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How a model behind an OpenAI-compatible endpoint is asked. The API key is no part of it: it
 * crosses as the secret {@value RemoteEngine#API_KEY}.
 *
 * @param url of the API, such as {@code http://gpu:8000/v1}; without a path, {@code /v1} is meant
 * @param model name of the model, as the server knows it
 * @param maxNewTokens after how many tokens an answer is cut off; a box takes about 30
 * @param timeout of one call, from connecting to the last byte
 * @param retries further calls when one fails for a reason that may pass
 * @param parallel calls under way at once
 * @param longSide larger pictures are scaled down to this long side, in pixels
 * @param jpegQuality 1 to 100
 * @param dollarsPerMillionPromptTokens price of what is sent
 * @param dollarsPerMillionCompletionTokens price of what is generated
 * @param boxScale what the model's coordinates count in
 */
public record RemoteSettings(
    URI url,
    String model,
    int maxNewTokens,
    Duration timeout,
    int retries,
    int parallel,
    int longSide,
    int jpegQuality,
    double dollarsPerMillionPromptTokens,
    double dollarsPerMillionCompletionTokens,
    Scale boxScale) {
  /** Twenty boxes of thirty tokens and their wrapping. */
  public static final int DEFAULT_MAX_NEW_TOKENS = 640;

  public RemoteSettings {
    url = normal(url);
    Objects.requireNonNull(timeout, "timeout");
    Objects.requireNonNull(boxScale, "boxScale");
    if (model.isBlank()) {
      throw new IllegalArgumentException("the model's name is empty: name it as the server does");
    }
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("timeout must be longer than nothing");
    }
    atLeast("maxNewTokens", maxNewTokens, 1);
    atLeast("retries", retries, 0);
    atLeast("parallel", parallel, 1);
    atLeast("longSide", longSide, 16);
    if (jpegQuality < 1 || jpegQuality > 100) {
      throw new IllegalArgumentException("jpegQuality must be 1 to 100, not " + jpegQuality);
    }
    if (!(dollarsPerMillionPromptTokens >= 0 && dollarsPerMillionCompletionTokens >= 0)) {
      throw new IllegalArgumentException("prices must not be negative");
    }
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d, not %d".formatted(name, least, value));
    }
  }

  /**
   * The URL in the one form that is used.
   *
   * @throws IllegalArgumentException with one sentence
   */
  private static URI normal(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https") || url.getHost() == null) {
      throw new IllegalArgumentException(
          "expected the URL of an OpenAI-compatible API, such as http://localhost:8000/v1");
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the URL holds more than host, port and path; a key belongs into the API key");
    }
    String path = url.getRawPath().replaceAll("(/chat/completions)?/*$", "");
    return URI.create(
        scheme + "://" + url.getRawAuthority() + (path.isEmpty() ? "/v1" : path));
  }

  /** Settings with every default. */
  public static RemoteSettings of(URI url, String model) {
    return new RemoteSettings(
        url,
        model,
        DEFAULT_MAX_NEW_TOKENS,
        Duration.ofSeconds(30),
        2,
        4,
        1024,
        90,
        0,
        0,
        Scale.THOUSANDTHS);
  }

  URI resolve(String path) {
    return URI.create(url + path);
  }

  /** These settings as options of the engine. */
  public Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("url", url.toString());
    options.put("model", model);
    options.put("max-new-tokens", Integer.toString(maxNewTokens));
    options.put("timeout", timeout.toString());
    options.put("retries", Integer.toString(retries));
    options.put("parallel", Integer.toString(parallel));
    options.put("image-long-side", Integer.toString(longSide));
    options.put("jpeg-quality", Integer.toString(jpegQuality));
    options.put("price-per-million-input-tokens", Double.toString(dollarsPerMillionPromptTokens));
    options.put(
        "price-per-million-output-tokens", Double.toString(dollarsPerMillionCompletionTokens));
    options.put("box-scale", boxScale.name());
    return options;
  }
}
