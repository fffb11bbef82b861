package dev.watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ObjectStoreIT extends ObjectStoreContract {
  @TempDir private Path directory;
  private S3Server server;
  private ObjectStore store;

  @BeforeEach
  void start() throws Exception {
    server = new S3Server(directory, "watch");
    store = open("watch/cameras", S3Server.SECRET);
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    server.close();
  }

  private ObjectStore open(String path, String secret) {
    String yaml =
        "storage: {url: 's3://%s', endpoint: '%s', access-key: %s, secret-key: %s}"
            .formatted(path, server.url(), S3Server.KEY, secret);
    return StorageConfig.from(
            ConfigFile.parse("watchword.yaml", yaml, name -> null), Path.of("unused"))
        .open();
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Test
  void uriTellsBucketAndPrefix() {
    assertThat(store.uri("a/one")).isEqualTo("s3://watch/cameras/a/one");
  }

  @Test
  void listsMoreThanOnePageOfObjects() throws Exception {
    IntStream.range(0, 1005)
        .parallel()
        .forEach(
            i -> {
              try {
                store.put("many/%04d".formatted(i), bytes("x"));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    assertThat(store.list("many")).hasSize(1005);
  }

  @Test
  void saysWhatIsWrongAndTheWayOut() throws Exception {
    try (ObjectStore missing = open("nowhere", S3Server.SECRET)) {
      assertThatThrownBy(() -> missing.put("a", bytes("1")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("has no bucket nowhere");
    }
    try (ObjectStore locked = open("watch", "wrong")) {
      assertThatThrownBy(() -> locked.put("a", bytes("1")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refuses access")
          .hasMessageNotContaining("wrong");
    }
    String url = server.url();
    server.close();
    assertThatThrownBy(() -> store.put("a", bytes("1")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("s3://watch at " + url + " does not answer");
  }
}
