package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every frame of a clip of known length is accounted for, from the decoder to the archive. */
class AccountingST {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FRAMES = 96;

  @TempDir private Path directory;

  @Test
  void addsUpFromTheDecoderToTheArchive() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(11, 640, 480, 12, FRAMES));
    Path config = directory.resolve("watchword.yaml");
    Files.writeString(
        config,
        """
        data: "%s"
        cameras:
          gate: {url: "%s", sample: 3/s}
          silent: {url: "%s", sample: 1/s}
        prompts:
          people: {text: detect person, cameras: [gate]}
          cars: {text: detect car ; truck, cameras: [gate]}
        archive: {roll-every: 2s}
        console: {listen: "127.0.0.1:0"}
        """
            .formatted(directory.resolve("data"), clip, clip));

    try (WatchwordProcess up =
        WatchwordProcess.start(
            directory, "up", "-c", config.toString(), "--operations-port", "0")) {
      String url = up.awaitLine("metrics +(http://\\S+)", LIMIT);
      Metrics metrics =
          Wait.until(
              "both clips to be played, inferred and archived",
              LIMIT,
              () -> {
                Metrics now = Metrics.scrape(url);
                return settled(now) ? now : null;
              });

      for (String camera : new String[] {"gate", "silent"}) {
        String label = "camera=\"" + camera + "\"";
        double captured = metrics.sum("watchword_ingest_frames_captured_total", label);
        assertThat(captured).as("captured of %s", camera).isEqualTo(FRAMES);
        assertThat(
                metrics.sum("watchword_ingest_frames_not_sampled_total", label)
                    + metrics.sum("watchword_ingest_frames_dropped_total", label)
                    + metrics.sum("watchword_ingest_frames_published_total", label))
            .as("captured = not sampled + dropped + published")
            .isEqualTo(captured);
      }
      assertThat(metrics.sum("watchword_ingest_frames_published_total", "camera=\"gate\""))
          .isEqualTo(24);
      assertThat(metrics.sum("watchword_ingest_frames_published_total", "camera=\"silent\""))
          .isEqualTo(8);
      for (String prompt : new String[] {"people", "cars"}) {
        assertThat(
                metrics.sum(
                    "watchword_inference_requests_total",
                    "camera=\"gate\",prompt=\"" + prompt + "\""))
            .as("requests of prompt %s = frames consumed", prompt)
            .isEqualTo(metrics.sum("watchword_inference_frames_consumed_total", "camera=\"gate\""))
            .isEqualTo(24);
      }
      assertThat(metrics.sum("watchword_inference_requests_total", "outcome=\"no_prompt\""))
          .isEqualTo(metrics.sum("watchword_inference_frames_consumed_total", "camera=\"silent\""))
          .isEqualTo(8);
      assertThat(metrics.sum("watchword_inference_frames_expired_total")).isZero();
      assertThat(
              metrics.sum("watchword_archive_records_archived_total")
                  + metrics.sum("watchword_archive_records_dead_lettered_total")
                  + metrics.sum("watchword_archive_records_given_back_total")
                  + metrics.sum("watchword_archive_open_records"))
          .as("consumed = archived + dead-lettered + given back + open")
          .isEqualTo(metrics.sum("watchword_archive_records_consumed_total"));
      Path storage = directory.resolve("data/storage");
      Wait.until(
          "all detections in the archive",
          LIMIT,
          () ->
              ArchivedRows.number(storage, "select count(*) from detections") >= 48 ? true : null);
      assertThat(ArchivedRows.number(storage, "select count(*) from detections")).isEqualTo(48);
    }
  }

  private static boolean settled(Metrics metrics) {
    return metrics.sum("watchword_ingest_frames_captured_total") == 2 * FRAMES
        && metrics.sum("watchword_archive_records_archived_total") >= 48;
  }
}
