package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.storage.ObjectStore;
import dev.watchword.storage.StorageConfig;
import dev.watchword.storage.StoredObject;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures and clips by day and camera, in a directory and in a bucket. */
class EvidenceRetentionIT {
  @TempDir private static Path directory;
  private static S3Proxy server;

  private final CollectorRegistry registry = new CollectorRegistry();
  private final ArchiveMetrics metrics = new ArchiveMetrics(registry);

  @BeforeAll
  static void start() throws Exception {
    Files.createDirectories(directory.resolve("s3/watch"));
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.resolve("s3").toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .build();
    server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  /** A prefix of its own for each test. */
  private StorageConfig storage(String kind, String test) {
    String yaml =
        kind.equals("file")
            ? "storage: {url: 'file:%s/files/%s'}".formatted(directory, test)
            : "storage: {url: 's3://watch/%s', endpoint: 'http://127.0.0.1:%d', access-key: key, secret-key: secret}"
                .formatted(test, server.getPort());
    return StorageConfig.from(ConfigFile.parse("watchword.yaml", yaml, name -> null), directory);
  }

  private static void fill(ObjectStore store) throws IOException {
    for (String day : List.of("2026-03-01", "2026-03-02", "2026-03-03")) {
      store.put("evidence/gate/" + day + "/a.jpg", new byte[100]);
      store.put("evidence/gate/" + day + "/a.boxes.jpg", new byte[100]);
      store.put("evidence/yard/" + day + "/b.mp4", new byte[1000]);
    }
    store.put("detections/date=2026-03-01/camera=gate/part-0-1.parquet", new byte[10]);
  }

  private void delete(StorageConfig storage, Optional<Duration> keep, Optional<Long> maxBytes)
      throws IOException {
    try (RetentionLoop loop =
        new RetentionLoop(
            new Retention(keep, maxBytes),
            storage.open(),
            "evidence",
            List.of("evidence"),
            () -> Instant.parse("2026-03-03T12:00:00Z"),
            metrics)) {
      loop.deleteExpired();
    }
  }

  private double deleted(String what) {
    return registry.getSampleValue(
        "watchword_archive_deleted_" + what + "_total",
        new String[] {"of"},
        new String[] {"evidence"});
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "s3"})
  void deletesDaysThatAreTooOldAndNothingOfTheArchive(String kind) throws Exception {
    StorageConfig storage = storage(kind, "age");
    try (ObjectStore store = storage.open()) {
      fill(store);

      delete(storage, Optional.of(Duration.ofDays(1)), Optional.empty());

      assertThat(store.list("evidence"))
          .hasSize(6)
          .extracting(StoredObject::name)
          .noneMatch(name -> name.contains("2026-03-01"));
      assertThat(store.list("detections")).hasSize(1);
      assertThat(deleted("files")).isEqualTo(3);
      assertThat(deleted("bytes")).isEqualTo(1200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "s3"})
  void deletesTheOldestOfAllCamerasUntilTheRestFits(String kind) throws Exception {
    StorageConfig storage = storage(kind, "size");
    try (ObjectStore store = storage.open()) {
      fill(store);

      delete(storage, Optional.empty(), Optional.of(2300L));

      assertThat(store.list("evidence"))
          .extracting(StoredObject::name)
          .containsExactly(
              "evidence/gate/2026-03-02/a.jpg",
              "evidence/gate/2026-03-03/a.boxes.jpg",
              "evidence/gate/2026-03-03/a.jpg",
              "evidence/yard/2026-03-02/b.mp4",
              "evidence/yard/2026-03-03/b.mp4");
      assertThat(deleted("files")).isEqualTo(4);
    }
  }
}
