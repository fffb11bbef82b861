package dev.watchword.sink.delivery;

import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An HTTP endpoint that alerts are posted to.
 *
 * @param url may hold a token in its path, as Slack's do, and so is never shown
 * @param headers sent along; their values are never shown
 * @param secret signs what is sent
 */
record WebhookMeans(Secret url, Map<String, Secret> headers, Optional<Secret> secret)
    implements Target.Means {
  private static final Set<String> OWN =
      Set.of(
          "content-type",
          "content-length",
          "host",
          "connection",
          "expect",
          "upgrade",
          "idempotency-key",
          "watchword-timestamp",
          "watchword-signature");

  WebhookMeans {
    headers = Map.copyOf(headers);
  }

  static WebhookMeans from(Section section) {
    Target.requireReference(section, "secret");
    Map<String, Secret> headers = new LinkedHashMap<>();
    Section given = section.section("headers");
    for (String name : given.keys()) {
      if (!name.matches("[A-Za-z0-9-]+") || OWN.contains(name.toLowerCase(Locale.ROOT))) {
        throw given.wrong(name, "cannot be set; other headers can");
      }
      headers.put(name, given.secret(name).orElse(new Secret("")));
    }
    return new WebhookMeans(url(section), headers, section.secret("secret"));
  }

  private static Secret url(Section section) {
    String url = section.text("url");
    try {
      URI uri = URI.create(url);
      boolean web = List.of("http", "https").contains(String.valueOf(uri.getScheme()));
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return new Secret(url);
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the text: it may hold a token.
    }
    throw section.wrong(
        "url",
        "write http://HOST/PATH or https://HOST/PATH; a user and password go into"
            + " headers.Authorization");
  }

  @Override
  public Channel open(Target target) {
    return new Webhook(this, target, System::currentTimeMillis);
  }
}
