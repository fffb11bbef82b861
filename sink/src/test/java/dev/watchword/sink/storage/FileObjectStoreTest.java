package dev.watchword.sink.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileObjectStoreTest {
  @TempDir private Path directory;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory.resolve("new/root"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void givesBackWhatWasPut() throws Exception {
    store.put("a/b/one.parquet", bytes("1"));

    assertThat(store.exists("a/b/one.parquet")).isTrue();
    assertThat(store.read("a/b/one.parquet")).isEqualTo(bytes("1"));
    assertThat(directory.resolve("new/root/a/b/one.parquet")).exists();
  }

  @Test
  void replacesAnObjectOfTheSameName() throws Exception {
    store.put("a/one", bytes("first, and longer"));
    store.put("a/one", bytes("second"));

    assertThat(store.read("a/one")).isEqualTo(bytes("second"));
    assertThat(store.list("a")).containsExactly("a/one");
  }

  @Test
  void listsObjectsBelowADirectoryInOrder() throws Exception {
    store.put("a/2", bytes(""));
    store.put("a/1/x", bytes(""));
    store.put("b/3", bytes(""));

    assertThat(store.list("a")).containsExactly("a/1/x", "a/2");
    assertThat(store.list("nowhere")).isEmpty();
  }

  @Test
  void deletesAnObjectOnceOrTwice() throws Exception {
    store.put("a/one", bytes("1"));
    store.delete("a/one");

    assertThat(store.exists("a/one")).isFalse();
    assertThatCode(() -> store.delete("a/one")).doesNotThrowAnyException();
    assertThatThrownBy(() -> store.read("a/one")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void failedPutLeavesNothingBehind() throws Exception {
    store.put("a", bytes("a file where a directory should be"));

    assertThatThrownBy(() -> store.put("a/one", bytes("1"))).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../up", "a/../../up", "a//b", "a/.hidden", "a\\b"})
  void refusesNamesThatLeaveTheRoot(String name) {
    assertThatThrownBy(() -> store.put(name, bytes("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no object name");
  }
}
