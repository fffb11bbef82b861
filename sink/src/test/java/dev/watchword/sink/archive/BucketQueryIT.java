package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.archive.DetectionsConsumer.Log;
import dev.watchword.storage.ObjectStore;
import dev.watchword.storage.StorageConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive in a bucket, asked with SQL. */
class BucketQueryIT {
  @TempDir private Path directory;
  private S3Proxy server;
  private StorageConfig bucket;

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("s3/watch"));
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.resolve("s3").toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .build();
    server.start();
    String yaml =
        "storage: {url: 's3://watch/all', endpoint: 'http://127.0.0.1:%d', access-key: key, secret-key: secret}"
            .formatted(server.getPort());
    bucket = StorageConfig.from(ConfigFile.parse("watchword.yaml", yaml, name -> null), directory);
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  /** Two cameras on the first of March, one on the second. */
  private void archive() throws Exception {
    Log log = new Log();
    long start = Archive.START.toEpochMilli();
    log.append(0, "gate", Archive.detection("gate", 0, "person"), start);
    log.append(0, "yard", Archive.detection("yard", 0, "car"), start + 1);
    log.append(0, "gate", Archive.detection("gate", 1, "person"), start + 60_000);
    log.append(0, "gate", Archive.detection("gate", 2), start + 600_000);
    Archive archive = new Archive(directory.resolve("local"), log, 100, () -> 100);
    archive.loop.step();
    try (ObjectStore store = bucket.open()) {
      for (Map.Entry<String, byte[]> file : archive.files().entrySet()) {
        store.put(file.getKey(), file.getValue());
      }
    }
  }

  private List<Object> query(String since) throws IOException {
    List<Object> values = new ArrayList<>();
    try (ArchiveSql sql =
        ArchiveSql.open(bucket, directory.resolve("cache"), LocalDate.parse(since))) {
      sql.query(
          "select camera, count(*) from detections group by 1 order by 1",
          head -> assertThat(head).hasSize(2),
          values::addAll);
    }
    return values;
  }

  @Test
  void fetchesTheDaysAskedFor() throws Exception {
    archive();

    assertThat(query("2026-03-02")).containsExactly("gate", 1L);
    assertThat(query("2026-03-01")).containsExactly("gate", 2L, "yard", 1L);
  }

  @Test
  void saysThatThereIsNothingYet() {
    assertThatThrownBy(() -> query("2026-03-01"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the archive in s3://watch/all/ at http://127.0.0.1:")
        .hasMessageContaining("has no files yet");
  }
}
