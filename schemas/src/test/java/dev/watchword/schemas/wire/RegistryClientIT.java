package dev.watchword.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class RegistryClientIT {
  @Test
  void namesTheRegistryThatCannotBeReached() throws Exception {
    String nobody = unusedUrl();
    try (RegistryClient client = new RegistryClient(List.of(URI.create(nobody)), null)) {
      assertThatThrownBy(() -> client.register("s", Reading.SCHEMA$))
          .isInstanceOf(RegistryUnreachableException.class)
          .isInstanceOf(SerializationException.class)
          .hasMessage(
              "Schema registry %s cannot be reached (connection refused or host unknown): start it or correct schema.registry.url.",
              nobody);
    }
  }

  @Test
  void triesTheNextUrlAndThenAgain() throws Exception {
    try (MemoryRegistry registry = new MemoryRegistry();
        RegistryClient client =
            new RegistryClient(
                List.of(URI.create(unusedUrl()), URI.create(registry.url())), null)) {
      registry.failNext(2);

      assertThat(client.register("s", Reading.SCHEMA$)).isEqualTo(1);
      assertThat(registry.requests).hasSize(3);
    }
  }

  @Test
  void doesNotAskAgainAfterARefusal() throws Exception {
    try (MemoryRegistry registry = new MemoryRegistry();
        RegistryClient client = new RegistryClient(List.of(URI.create(registry.url())), null)) {
      assertThatThrownBy(() -> client.lookup("s", Reading.SCHEMA$))
          .isNotInstanceOf(RegistryUnreachableException.class)
          .hasMessage(
              "Schema registry %s refused /subjects/s: Schema not found (error 40403)",
              registry.url());
      assertThat(registry.requests).hasSize(1);
    }
  }

  @Test
  void readsSchemasAndTheLatestVersion() throws Exception {
    try (MemoryRegistry registry = new MemoryRegistry();
        RegistryClient client = new RegistryClient(List.of(URI.create(registry.url())), null)) {
      registry.register("a b/c", "\"string\"");
      registry.register("s", "\"string\"");
      registry.register("s", Reading.SCHEMA$.toString());

      assertThat(client.schema(2)).isEqualTo(Reading.SCHEMA$);
      assertThat(client.latest("s"))
          .isEqualTo(new RegistryClient.Version("s", 2, 2, Reading.SCHEMA$));
    }
  }

  @Test
  void sendsCredentialsFromTheUrlOrTheirOwnKey() throws Exception {
    try (MemoryRegistry registry = new MemoryRegistry()) {
      String withUser = registry.url().replace("//", "//gate:s3cret@");
      List<Map<String, ?>> ways =
          List.of(
              Map.of("schema.registry.url", withUser),
              Map.of(
                  "schema.registry.url", registry.url(),
                  "basic.auth.credentials.source", "USER_INFO",
                  "basic.auth.user.info", "gate:s3cret"));
      for (Map<String, ?> way : ways) {
        try (RegistryClient client = SerdeSettings.of(way).client()) {
          client.register("s", Reading.SCHEMA$);
        }
      }

      // Base64 of gate:s3cret
      assertThat(registry.authorizations)
          .containsExactly("Basic Z2F0ZTpzM2NyZXQ=", "Basic Z2F0ZTpzM2NyZXQ=");
      assertThat(SerdeSettings.of(ways.getFirst()).registryUrls())
          .containsExactly(URI.create(registry.url()));
    }
  }

  private static String unusedUrl() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }
}
