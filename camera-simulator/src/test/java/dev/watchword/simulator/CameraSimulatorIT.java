package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CameraSimulatorIT {
  @TempDir Path cache;

  @Test
  void showsThreeCamerasAndDrawsThemOnce() throws IOException {
    try (CameraSimulator simulator = new CameraSimulator(cache, 0, null)) {
      assertThat(simulator.cameras())
          .extracting(SimulatedCamera::name)
          .containsExactly("yard", "street", "lot");
      for (SimulatedCamera camera : simulator.cameras()) {
        try (StreamReader reader = StreamReader.tcp(camera.url())) {
          assertThat(reader.next().width()).isEqualTo(640);
        }
      }
    }
    TreeMap<Path, FileTime> drawn = times();
    Path own =
        drawn.keySet().stream()
            .filter(file -> file.toString().endsWith(".mp4"))
            .findFirst()
            .orElseThrow();
    try (CameraSimulator simulator = new CameraSimulator(cache, 0, own)) {
      assertThat(simulator.cameras())
          .extracting(SimulatedCamera::name)
          .containsExactly("yard", "street", "clip");
      Set<String> addresses = new HashSet<>();
      simulator.cameras().forEach(camera -> addresses.add(camera.url()));
      assertThat(addresses).hasSize(3);
    }
    assertThat(times()).isEqualTo(drawn);
    assertThatThrownBy(() -> new CameraSimulator(cache, 0, cache.resolve("missing.mp4")))
        .hasMessageContaining("missing.mp4");
  }

  private TreeMap<Path, FileTime> times() throws IOException {
    TreeMap<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.list(cache)) {
      for (Path file : files.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}
