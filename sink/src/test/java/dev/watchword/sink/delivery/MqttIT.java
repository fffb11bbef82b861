package dev.watchword.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The MQTT channel against a real broker. */
class MqttIT {
  @TempDir private Path directory;
  private Server broker;
  private int port;

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    broker = start(port);
  }

  private Server start(int at) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("host", "127.0.0.1");
    properties.setProperty("port", Integer.toString(at));
    properties.setProperty("allow_anonymous", "false");
    properties.setProperty("persistence_enabled", "false");
    properties.setProperty("telemetry_enabled", "false");
    properties.setProperty("data_path", Files.createTempDirectory(directory, "broker").toString());
    Server server = new Server();
    server.startServer(
        new MemoryConfig(properties),
        List.of(),
        null,
        (client, user, password) ->
            "ops".equals(user) && new String(password, StandardCharsets.UTF_8).equals("night"),
        null);
    return server;
  }

  @AfterEach
  void stop() {
    broker.stopServer();
  }

  private Target target(String password) {
    return Samples.target(
        "bus",
        "{to: mqtt, url: 'mqtt://127.0.0.1:"
            + port
            + "', user: ops, password: '${env:PASSWORD}', timeout: 5s, topic:"
            + " 'home/{camera}/{rule}/{kind}'}",
        Map.of("PASSWORD", password));
  }

  @Test
  void publishesAlertsAndConnectsAgainAfterTheBrokerWasAway() throws Exception {
    Target target = target("night");
    try (Listener listener = new Listener();
        Channel channel = target.means().open(target)) {
      assertThat(channel.send(Samples.alert(1, "person"))).isEqualTo(new Channel.Delivered());

      Mqtt3Publish message = listener.next();
      assertThat(message.getTopic()).hasToString("home/gate/visitor/entered");
      assertThat(message.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
      assertThat(message.isRetain()).isFalse();
      assertThat(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
          .contains("\"id\":\"" + Samples.alert(1, "person").getId() + "\"");

      broker.stopServer();
      assertThat(channel.send(Samples.alert(2, "person"))).isInstanceOf(Channel.Failed.class);
      broker = start(port);
      assertThat(channel.send(Samples.alert(2, "person"))).isEqualTo(new Channel.Delivered());
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() throws Exception {
    Target target = target("a wrong one");
    try (Channel channel = target.means().open(target)) {
      Channel.Outcome outcome = channel.send(Samples.alert(1, "person"));

      assertThat(outcome).isInstanceOf(Channel.Failed.class);
      assertThat(((Channel.Failed) outcome).why())
          .startsWith("takes no connection: ")
          .doesNotContain("wrong one");
    }
  }

  /** Someone who has subscribed to everything. */
  private final class Listener implements AutoCloseable {
    private final Mqtt3BlockingClient client =
        MqttClient.builder()
            .useMqttVersion3()
            .identifier("listener")
            .serverHost("127.0.0.1")
            .serverPort(port)
            .simpleAuth()
            .username("ops")
            .password("night".getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();

    private final Mqtt3BlockingClient.Mqtt3Publishes messages;

    Listener() {
      client.connect();
      messages = client.publishes(MqttGlobalPublishFilter.ALL);
      client.subscribeWith().topicFilter("#").qos(MqttQos.AT_LEAST_ONCE).send();
    }

    Mqtt3Publish next() throws InterruptedException {
      return messages.receive(10, TimeUnit.SECONDS).orElseThrow();
    }

    @Override
    public void close() {
      messages.close();
    }
  }
}
