package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.RtspServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real CCTV footage (PETS 2009, 768x576, 10 frames/s) as a camera and as a file. */
class RealFootageST {
  @TempDir private Path directory;

  @Test
  void passesThroughThePipelineFromACameraAndFromAFile() throws Exception {
    Path clip = footage();
    boolean present = Files.exists(clip);
    if (!present) {
      System.out.println(
          "skipped: "
              + clip
              + " is not here; set WATCHWORD_TEST_DATA to the directory of vtest.mp4");
    }
    assumeTrue(present, "vtest.mp4 is not here");
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("campus", clip);
      Path config = directory.resolve("watchword.yaml");
      Files.writeString(
          config,
          broker.yaml()
              + """
              cameras:
                camera: {url: "%s"}
                file: {url: "%s"}
              prompts: {people: {text: detect person}}
              storage: {url: "file:%s"}
              console: {listen: "127.0.0.1:0"}
              """
                  .formatted(
                      cameras.url("campus"), clip.toAbsolutePath(), directory.resolve("storage")));
      try (WatchwordProcess up =
          WatchwordProcess.start(
              directory, "up", "-c", config.toString(), "--operations-port", "0")) {
        up.awaitLine("console +(http://\\S+)", Duration.ofSeconds(60));
        Wait.until(
            "answers for both",
            Duration.ofSeconds(60),
            () -> answeredCameras(broker).size() == 2 ? true : null);

        List<SampledFrame> frames = broker.read(Topic.FRAMES, SampledFrame.class);
        assertThat(frames)
            .allSatisfy(
                frame -> {
                  assertThat(frame.getSourceWidth()).isEqualTo(768);
                  assertThat(frame.getSourceHeight()).isEqualTo(576);
                  assertThat(frame.getImageWidth()).isEqualTo(640);
                  assertThat(frame.getCodec()).isEqualTo("h264");
                });
        assertThat(up.output()).doesNotContain("Exception");
      }
    }
  }

  private static Path footage() {
    String data = System.getenv("WATCHWORD_TEST_DATA");
    return data != null
        ? Path.of(data, "vtest.mp4")
        : Path.of("..", "..", "shared", "data", "vtest.mp4").normalize();
  }

  private static Set<String> answeredCameras(Broker broker) throws Exception {
    return broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
        .filter(record -> record.getOutcome() == Outcome.INFERRED)
        .map(record -> record.getId().getCamera())
        .collect(Collectors.toSet());
  }
}
