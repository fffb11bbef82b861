package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.IngestConfig;
import dev.watchword.ingest.IngestService;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker goes away under a running ingest service, and comes back. */
class BrokerAwayIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @TempDir private Path directory;
  private final CollectorRegistry metrics = new CollectorRegistry();
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();

  @Test
  void noFrameIsLostAndLiveOnesComeFirst() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(3, 320, 240, 10, 600));
    try (TestBroker broker = new TestBroker(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", clip);
      // The producer gives up after 2 s here instead of 10, so that the outage may be short.
      ServiceContext context =
          new ServiceContext(
              broker.settings(
                  "kafka: {producer: {delivery.timeout.ms: 2000, request.timeout.ms: 1000}}",
                  metrics),
              metrics,
              Clock.systemUTC(),
              bugs::add);
      IngestService ingest = new IngestService(context, config(cameras.url("gate")));
      ingest.start();
      TestBroker.await("live frames", LIMIT, () -> count("frames_published_total") >= 5);

      broker.stop();
      TestBroker.await("spooled frames", LIMIT, () -> count("frames_spooled_total") >= 30);
      assertThat(ingest.health().ok()).isFalse();
      double published = count("frames_published_total");
      broker.restart();
      TestBroker.await(
          "an empty outbox",
          LIMIT,
          () -> count("outbox_frames") == 0 && count("frames_published_total") > published + 5);
      ingest.close();

      assertThat(count("frames_dropped_total", "reason", "broker_away")).isZero();
      assertThat(count("frames_late_total")).isEqualTo(count("frames_spooled_total"));
      assertThat(count("frames_captured_total"))
          .isEqualTo(
              count("frames_not_sampled_total")
                  + count("frames_published_total")
                  + count("frames_late_total")
                  + count("outbox_frames"));
      List<SampledFrame> live = broker.read(Topic.FRAMES, SampledFrame.class);
      List<SampledFrame> late = broker.read(Topic.FRAMES_LATE, SampledFrame.class);
      TreeSet<Long> arrived = new TreeSet<>();
      Stream.concat(live.stream(), late.stream())
          .forEach(frame -> arrived.add(frame.getId().getSequence()));
      assertThat(arrived)
          .containsExactlyElementsOf(LongStream.rangeClosed(0, arrived.last()).boxed().toList());
      assertThat((double) late.size()).isGreaterThanOrEqualTo(count("frames_late_total"));
      assertThat(bugs).isEmpty();
    }
  }

  private IngestConfig config(String url) {
    return IngestConfig.from(
        ConfigFile.parse(
            "test.yaml",
            "data: '%s'\ncameras: {gate: {url: '%s', sample: 5/s}}".formatted(directory, url),
            name -> null),
        new StorageConfig.Directory(directory.resolve("storage")));
  }

  private double count(String name, String... label) {
    String[] names =
        label.length == 0 ? new String[] {"camera"} : new String[] {"camera", label[0]};
    String[] values = label.length == 0 ? new String[] {"gate"} : new String[] {"gate", label[1]};
    Double value = metrics.getSampleValue("watchword_ingest_" + name, names, values);
    return value == null ? 0 : value;
  }
}
