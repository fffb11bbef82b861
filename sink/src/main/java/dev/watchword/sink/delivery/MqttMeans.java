package dev.watchword.sink.delivery;

import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import java.net.URI;
import java.util.Optional;

/**
 * A topic of an MQTT broker.
 *
 * @param topic with {@code {camera}}, {@code {rule}} and {@code {kind}} in it
 */
record MqttMeans(
    String host,
    int port,
    boolean tls,
    String topic,
    Optional<String> user,
    Optional<Secret> password,
    String clientId)
    implements Target.Means {
  static MqttMeans from(Section section) {
    Target.requireReference(section, "password");
    URI url = url(section);
    boolean tls = url.getScheme().equals("mqtts");
    String topic = section.text("topic", "watchword/alerts/{camera}/{rule}");
    if (topic.isBlank() || topic.contains("#") || topic.contains("+")) {
      throw section.wrong("topic", "a topic to publish on has neither '#' nor '+'");
    }
    if (section.has("password") && !section.has("user")) {
      throw section.wrong("user", "is missing beside password");
    }
    return new MqttMeans(
        url.getHost(),
        url.getPort() > 0 ? url.getPort() : tls ? 8883 : 1883,
        tls,
        topic,
        section.optionalText("user"),
        section.secret("password"),
        section.text("client-id", ""));
  }

  private static URI url(Section section) {
    try {
      URI url = URI.create(section.text("url"));
      boolean mqtt = "mqtt".equals(url.getScheme()) || "mqtts".equals(url.getScheme());
      if (mqtt && url.getHost() != null && url.getUserInfo() == null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the text: it may hold a password.
    }
    throw section.wrong(
        "url", "write mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS, and user and password apart");
  }

  @Override
  public Channel open(Target target) {
    return new MqttChannel(this, target);
  }
}
