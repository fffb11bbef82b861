package dev.watchword.ingest;

import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Clips that tests play. */
final class Clips {
  private Clips() {}

  /** Drawn scenes, H.264, as long as asked for, a new scene each second. */
  static Path drawn(Path directory, int width, int height, int framesPerSecond, int seconds)
      throws IOException {
    return SceneClip.cached(
        directory,
        SceneClip.slideshow(7, seconds, framesPerSecond, width, height, framesPerSecond));
  }

  /** A real surveillance recording, 768x576, 10 frames a second; skips the test without it. */
  static Path surveillance() {
    String set = System.getenv("WATCHWORD_TEST_DATA");
    Path data = set == null ? Path.of("../../shared/data") : Path.of(set);
    Path clip = data.resolve("vtest.mp4");
    Assumptions.assumeTrue(
        Files.exists(clip), "there is no vtest.mp4 in " + data + "; set WATCHWORD_TEST_DATA");
    return clip;
  }

  static CameraConfig camera(String id, String url, DecodeMode mode) {
    return camera(id, url, mode, Optional.empty());
  }

  static CameraConfig camera(String id, String url, DecodeMode mode, Optional<GateConfig> gate) {
    CameraConfig camera = camera(id, url);
    return new CameraConfig(
        id,
        camera.url(),
        camera.samplesPerSecond(),
        camera.transport(),
        camera.tls(),
        camera.picture(),
        camera.quality(),
        mode,
        camera.hardware(),
        gate,
        camera.recording(),
        camera.evidence(),
        camera.openTimeout(),
        camera.readTimeout());
  }

  /** As the file would describe it, quick to notice faults. */
  static CameraConfig configured(String keys) {
    return IngestConfig.camera(
        "gate",
        dev.watchword.service.config.ConfigFile.parse(
            "test.yaml",
            "{sample: 25/s, open-timeout: 3s, read-timeout: 3s, " + keys + "}",
            name -> null));
  }

  static CameraConfig camera(String id, String url) {
    return CameraConfig.of(id, CameraUrl.of(new dev.watchword.service.config.Secret(url)));
  }
}
