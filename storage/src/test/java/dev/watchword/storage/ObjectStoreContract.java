package dev.watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store does. */
abstract class ObjectStoreContract {
  @TempDir private Path elsewhere;

  /** An empty store. */
  abstract ObjectStore store();

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> names(String directory) throws IOException {
    return store().list(directory).stream().map(StoredObject::name).toList();
  }

  @Test
  void givesBackWhatWasPut() throws Exception {
    store().put("a/b/one.parquet", bytes("1"));

    assertThat(store().exists("a/b/one.parquet")).isTrue();
    assertThat(store().read("a/b/one.parquet")).isEqualTo(bytes("1"));
  }

  @Test
  void putsAFile() throws Exception {
    Path file = Files.write(elsewhere.resolve("clip.mp4"), new byte[300_000]);

    store().put("clips/gate.mp4", file);

    assertThat(store().read("clips/gate.mp4")).isEqualTo(new byte[300_000]);
    assertThat(file).exists();
  }

  @Test
  void replacesAnObjectOfTheSameName() throws Exception {
    store().put("a/one", bytes("first, and longer"));
    store().put("a/one", bytes("second"));

    assertThat(store().read("a/one")).isEqualTo(bytes("second"));
    assertThat(store().list("a")).containsExactly(new StoredObject("a/one", 6));
  }

  @Test
  void listsObjectsBelowADirectoryInOrder() throws Exception {
    store().put("a/2", bytes("22"));
    store().put("a/1/x", bytes("x"));
    store().put("b/3", bytes("3"));
    store().put("ab/4", bytes("4"));

    assertThat(store().list("a"))
        .containsExactly(new StoredObject("a/1/x", 1), new StoredObject("a/2", 2));
    assertThat(names("nowhere")).isEmpty();
  }

  @Test
  void namesWithEqualsSignsAreKept() throws Exception {
    store().put("detections/date=2026-11-21/part-0-1.parquet", bytes("1"));

    assertThat(names("detections")).containsExactly("detections/date=2026-11-21/part-0-1.parquet");
  }

  @Test
  void deletesAnObjectOnceOrTwice() throws Exception {
    store().put("a/one", bytes("1"));
    store().delete("a/one");

    assertThat(store().exists("a/one")).isFalse();
    assertThatCode(() -> store().delete("a/one")).doesNotThrowAnyException();
    assertThatThrownBy(() -> store().read("a/one")).isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../up", "a/../../up", "a//b", "a/.hidden", "a\\b"})
  void refusesNamesThatLeaveTheRoot(String name) {
    assertThatThrownBy(() -> store().put(name, bytes("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no object name");
  }
}
