package dev.watchword.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ArchiveConfigTest {
  private static ArchiveConfig read(String text) {
    Section root = ConfigFile.parse("watchword.yaml", text, name -> null);
    ArchiveConfig config = ArchiveConfig.from(root, Path.of("data/storage"));
    root.rejectUnknown();
    return config;
  }

  @Test
  void needsNoKeys() {
    ArchiveConfig config = read("");

    assertThat(config.storage()).isEqualTo(new StorageConfig.Directory(Path.of("data/storage")));
    assertThat(config.rollEvery()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.retention().isForEver()).isTrue();
    assertThat(config.rollRecords()).isEqualTo(50_000);
  }

  @Test
  void readsEveryKey() {
    ArchiveConfig config =
        read(
            "archive: {roll-every: 7m, roll-records: 10, keep: 90d, max-size: 2GiB}\nstorage: {url: 'file:///var/watch'}");

    assertThat(config.storage()).isEqualTo(new StorageConfig.Directory(Path.of("/var/watch")));
    assertThat(config.rollEvery()).isEqualTo(Duration.ofMinutes(7));
    assertThat(config.rollRecords()).isEqualTo(10);
    assertThat(config.retention().keep()).contains(Duration.ofDays(90));
    assertThat(config.retention().maxBytes()).contains(2L << 30);
  }

  @Test
  void evidenceIsKeptForATimeOfItsOwn() {
    ArchiveConfig config = read("archive: {keep: 90d}\nevidence: {keep: 30d, max-size: 5GiB}");

    assertThat(config.evidence().keep()).contains(Duration.ofDays(30));
    assertThat(config.evidence().maxBytes()).contains(5L << 30);
    assertThat(read("archive: {keep: 90d}").evidence().isForEver()).isTrue();
    assertThatThrownBy(() -> read("evidence: {keep: 5h}"))
        .hasMessageContaining("evidence.keep: must be at least 1d");
    assertThatThrownBy(() -> read("evidence: {kep: 5d}")).hasMessageContaining("did you mean");
  }

  @Test
  void namesWhatIsWrongAndTheWayOut() {
    assertThatThrownBy(() -> read("archive: {roll-every: 10ms}"))
        .hasMessageContaining("between 1s and 1d");
    assertThatThrownBy(() -> read("archive: {keep: 5h}"))
        .hasMessageContaining("archive.keep: must be at least 1d");
  }
}
