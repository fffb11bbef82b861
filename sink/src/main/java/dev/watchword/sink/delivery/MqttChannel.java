package dev.watchword.sink.delivery;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuth;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuthBuilder;
import dev.watchword.schemas.Alert;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes alerts over MQTT 3.1.1 with QoS 1, not retained. Connects with the first alert, and
 * anew after each failure.
 */
final class MqttChannel implements Channel {
  private final MqttMeans means;
  private final Target target;
  private volatile Mqtt3AsyncClient client;
  private volatile boolean closed;

  MqttChannel(MqttMeans means, Target target) {
    this.means = means;
    this.target = target;
  }

  @Override
  public Outcome send(Alert alert) throws InterruptedException {
    try {
      if (client == null) {
        Mqtt3AsyncClient fresh = client();
        await(fresh.connect());
        client = fresh;
      }
      await(
          client
              .publishWith()
              .topic(topic(alert))
              .qos(MqttQos.AT_LEAST_ONCE)
              .retain(false)
              .payload(target.format().body(alert).getBytes(StandardCharsets.UTF_8))
              .send());
      return new Delivered();
    } catch (TimeoutException e) {
      return lost("gives no answer within " + target.timeout().toMillis() / 1000.0 + "s");
    } catch (ExecutionException e) {
      return lost(why(e.getCause()));
    }
  }

  private Mqtt3AsyncClient client() {
    if (closed) {
      throw new IllegalStateException("the channel is closed");
    }
    Mqtt3ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion3()
            .identifier(
                means.clientId().isEmpty() ? "watchword-" + UUID.randomUUID() : means.clientId())
            .serverHost(means.host())
            .serverPort(means.port());
    if (means.tls()) {
      builder = builder.sslWithDefaultConfig();
    }
    if (means.user().isPresent()) {
      builder = builder.simpleAuth(login(means.user().get()));
    }
    return builder.buildAsync();
  }

  private Mqtt3SimpleAuth login(String user) {
    Mqtt3SimpleAuthBuilder.Complete login = Mqtt3SimpleAuth.builder().username(user);
    if (means.password().isPresent()) {
      login = login.password(means.password().get().reveal().getBytes(StandardCharsets.UTF_8));
    }
    return login.build();
  }

  private void await(CompletableFuture<?> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    future.get(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A camera's and a rule's names have no character that a topic could not have. */
  private String topic(Alert alert) {
    return means
        .topic()
        .replace("{camera}", alert.getCamera())
        .replace("{rule}", alert.getRule())
        .replace("{kind}", alert.getKind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static String why(Throwable cause) {
    return switch (cause) {
      case Mqtt3ConnAckException refused ->
          "takes no connection: "
              + refused.getMqttMessage().getReturnCode().name().toLowerCase(Locale.ROOT);
      case ConnectionFailedException unreachable -> "cannot be reached";
      case null, default -> "broke off: " + String.valueOf(cause).split("[:\n]", 2)[0];
    };
  }

  private Outcome lost(String why) {
    disconnect();
    return new Failed(why, Optional.empty());
  }

  private void disconnect() {
    Mqtt3AsyncClient old = client;
    client = null;
    if (old != null) {
      old.disconnect();
    }
  }

  @Override
  public void close() {
    closed = true;
    disconnect();
  }
}
