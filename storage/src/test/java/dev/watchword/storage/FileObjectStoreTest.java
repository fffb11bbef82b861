package dev.watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest extends ObjectStoreContract {
  @TempDir private Path directory;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory.resolve("new/root"));
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Test
  void objectIsAFileWhoseUriTellsWhere() throws Exception {
    store.put("a/one", bytes("1"));

    Path file = directory.resolve("new/root/a/one");
    assertThat(file).hasContent("1");
    assertThat(store.uri("a/one")).isEqualTo(file.toUri().toString());
  }

  @Test
  void failedPutLeavesNothingBehind() throws Exception {
    store.put("a", bytes("a file where a directory should be"));

    assertThatThrownBy(() -> store.put("a/one", bytes("1"))).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
  }
}
