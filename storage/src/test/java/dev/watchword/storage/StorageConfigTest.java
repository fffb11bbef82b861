package dev.watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.storage.StorageConfig.Bucket;
import dev.watchword.storage.StorageConfig.Directory;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StorageConfigTest {
  private static StorageConfig read(String storage) {
    Section root = ConfigFile.parse("watchword.yaml", "storage: {" + storage + "}", name -> null);
    StorageConfig config = StorageConfig.from(root, Path.of("data/storage"));
    root.rejectUnknown();
    return config;
  }

  @Test
  void isADirectoryBelowTheDataUnlessToldOtherwise() {
    assertThat(read("")).isEqualTo(new Directory(Path.of("data/storage")));
    assertThat(read("url: 'file:///var/watch'")).isEqualTo(new Directory(Path.of("/var/watch")));
    assertThat(read("url: 'file:here/there'")).isEqualTo(new Directory(Path.of("here/there")));
  }

  @Test
  void readsABucket() {
    Bucket amazon = (Bucket) read("url: 's3://watch', region: eu-central-1");
    assertThat(amazon.name()).isEqualTo("watch");
    assertThat(amazon.prefix()).isEmpty();
    assertThat(amazon.region()).isEqualTo("eu-central-1");
    assertThat(amazon.endpoint()).isEmpty();
    assertThat(amazon.keys()).isEmpty();

    Bucket own =
        (Bucket)
            read(
                "url: 's3://watch/a/b/', endpoint: 'http://minio:9000', access-key: me, secret-key: mine");
    assertThat(own.prefix()).isEqualTo("a/b/");
    assertThat(own.endpoint()).contains(URI.create("http://minio:9000"));
    assertThat(own.keys()).isPresent();
    assertThat(own + " " + own.keys()).doesNotContain("mine");
  }

  @Test
  void namesWhatIsWrongAndTheWayOut() {
    refuses("url: 'ftp://x'", "write file:PATH or s3://BUCKET/PREFIX, not 'ftp://x'");
    refuses("url: 's3://'", "names no bucket; write s3://BUCKET/PREFIX");
    refuses("url: 's3://watch/../x'", "'../x' is no object name");
    refuses("url: 's3://w', endpoint: 'minio'", "write https://HOST:PORT, not 'minio'");
    refuses("url: 's3://w', access-key: me", "secret-key: is missing; give both");
    refuses("url: 's3://w', secret-key: me", "access-key: is missing; give both");
    refuses("url: 'file:x', endpoint: 'http://minio:9000'", "endpoint");
  }

  private static void refuses(String storage, String message) {
    assertThatThrownBy(() -> read(storage))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
