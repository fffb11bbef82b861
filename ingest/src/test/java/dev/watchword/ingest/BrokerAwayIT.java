package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraCause;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

class BrokerAwayIT {
  private static final long SECOND = 1_000_000_000L;

  private final Topics topics = new Topics(true);

  /** With Kafka's own producer: its waits must not add up in the camera's thread. */
  @Test
  void holdsNoCameraUp() throws IOException {
    FramePublisher publisher =
        new FramePublisher(
            new KafkaProducer<>(
                settings().producer("ingest-test", FramePublisher.producerSettings())),
            Topics.NAMES,
            Clock.systemUTC(),
            System::nanoTime,
            topics.spool);
    CameraSupervisor supervisor =
        new CameraSupervisor(
            Clips.camera("gate", "rtsp://10.0.0.7/ch1"),
            new ScriptedCamera().plays(500, CameraCause.STALLED),
            publisher,
            topics.metrics.camera("gate"),
            Clock.systemUTC(),
            (time, stop) -> {},
            new SplittableRandom(1));
    long start = System.nanoTime();
    for (int i = 0; i < 500; i++) {
      supervisor.step();
    }
    assertThat(System.nanoTime() - start).isLessThan(4 * SECOND);
    assertThat(publisher.health().ok()).isFalse();
    assertThat(publisher.health().detail()).startsWith("the Kafka broker does not take frames");

    long stop = System.nanoTime();
    supervisor.close();
    publisher.close();
    assertThat(System.nanoTime() - stop).isLessThan(2 * SECOND);
    assertThat(topics.dropped("gate", DropReason.BROKER_AWAY)).isEqualTo(100);
    assertThat(topics.unaccounted("gate")).isZero();
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
  }

  private KafkaSettings settings() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String text =
          "kafka: {bootstrap.servers: '127.0.0.1:%d'}\nregistry: {url: 'http://127.0.0.1:%d'}"
              .formatted(free.getLocalPort(), free.getLocalPort());
      return KafkaSettings.from(ConfigFile.parse("c.yaml", text, name -> null), topics.registry);
    }
  }
}
