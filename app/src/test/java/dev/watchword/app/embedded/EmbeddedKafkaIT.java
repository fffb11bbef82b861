package dev.watchword.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  @Test
  void starts(@TempDir Path directory) {
    for (int i = 0; i < 4; i++) {
      long t0 = System.nanoTime();
      EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
      long t1 = System.nanoTime();
      assertThat(kafka.bootstrapServers()).startsWith("127.0.0.1:");
      kafka.close();
      long t2 = System.nanoTime();
      System.err.println("start " + (t1 - t0) / 1000000 + " close " + (t2 - t1) / 1000000);
    }
  }
}
