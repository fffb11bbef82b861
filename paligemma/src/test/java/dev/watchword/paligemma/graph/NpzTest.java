package dev.watchword.paligemma.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Reads a compressed file that NumPy has written. */
class NpzTest {
  private static Npz open() throws Exception {
    return Npz.open(Path.of(NpzTest.class.getResource("/golden/arrays.npz").toURI()));
  }

  @Test
  void readsArrays() throws Exception {
    try (Npz npz = open()) {
      assertThat(npz.floats("row", 3)).containsExactly(1.5f, -2.25f, 3);
      assertThat(npz.floats("matrix", 2, 3)).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void refusesOtherTypesLayoutsAndShapes() throws Exception {
    try (Npz npz = open()) {
      assertThatThrownBy(() -> npz.floats("whole", 3))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("array 'whole' is of type <i8");
      assertThatThrownBy(() -> npz.floats("columns", 2, 3))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("column-major");
      assertThatThrownBy(() -> npz.floats("matrix", 3, 2))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("has the shape [2, 3] in 24 bytes, not [3, 2]");
      assertThatThrownBy(() -> npz.floats("nothing", 1))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("has no array 'nothing'");
    }
  }
}
