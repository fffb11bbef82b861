package dev.watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ObjectStoreIT extends ObjectStoreContract {
  @TempDir private static Path directory;
  private static S3Server server;
  private static int prefixes;

  private String prefix;
  private ObjectStore store;

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server(directory.resolve("all"), "watch");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() {
    prefix = "test" + prefixes++;
    store = open(server, "watch/cameras/" + prefix, S3Server.SECRET);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static ObjectStore open(S3Server server, String path, String secret) {
    return config(server, path, secret).open();
  }

  private static StorageConfig.Bucket bucket(S3Server server, String path) {
    return (StorageConfig.Bucket) config(server, path, S3Server.SECRET);
  }

  private static StorageConfig config(S3Server server, String path, String secret) {
    String yaml =
        "storage: {url: 's3://%s', endpoint: '%s', access-key: %s, secret-key: %s}"
            .formatted(path, server.url(), S3Server.KEY, secret);
    return StorageConfig.from(
        ConfigFile.parse("watchword.yaml", yaml, name -> null), Path.of("unused"));
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Test
  void uriTellsBucketAndPrefix() {
    assertThat(store.uri("a/one")).isEqualTo("s3://watch/cameras/" + prefix + "/a/one");
  }

  @Test
  void listsMoreThanOnePageOfObjects() throws Exception {
    List<String> names = IntStream.range(0, 7).mapToObj(i -> "many/" + i).toList();
    for (String name : names) {
      store.put(name, bytes("x"));
    }
    try (ObjectStore pages = new S3ObjectStore(bucket(server, "watch/cameras"), 3)) {
      assertThat(store.list("many")).hasSize(7);
      assertThat(pages.list(prefix + "/many"))
          .extracting(object -> object.name().substring(prefix.length() + 1))
          .isEqualTo(names);
    }
  }

  @Test
  void saysWhatIsWrongAndTheWayOut() throws Exception {
    try (ObjectStore missing = open(server, "nowhere", S3Server.SECRET)) {
      assertThatThrownBy(() -> missing.put("a", bytes("1")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("has no bucket nowhere");
    }
    try (ObjectStore locked = open(server, "watch", "wrong")) {
      assertThatThrownBy(() -> locked.put("a", bytes("1")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refuses access")
          .hasMessageNotContaining("wrong");
    }
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    S3Server gone = new S3Server(directory.resolve("gone"), "watch");
    try (ObjectStore alone = open(gone, "watch", S3Server.SECRET)) {
      gone.close();
      assertThatThrownBy(() -> alone.put("a", bytes("1")))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("s3://watch at " + gone.url() + " does not answer");
    }
  }
}
