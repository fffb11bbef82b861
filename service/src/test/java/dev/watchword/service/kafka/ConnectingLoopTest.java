package dev.watchword.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class ConnectingLoopTest {
  private final List<String> events = new ArrayList<>();
  private final HealthLog health = new HealthLog("test");

  private final class Recorded implements LoopThread.Loop {
    @Override
    public void step() {
      events.add("step");
    }

    @Override
    public void close() {
      events.add("loop closed");
    }
  }

  private ConnectingLoop loop(RuntimeException... failures) {
    List<RuntimeException> left = new ArrayList<>(List.of(failures));
    return new ConnectingLoop(
        new ConnectingLoop.Connector() {
          @Override
          public LoopThread.Loop connect(Backoff backoff) {
            // A stopped back-off does not wait, so the test does not either.
            backoff.stop();
            if (!left.isEmpty()) {
              throw left.removeFirst();
            }
            events.add("connected");
            return new Recorded();
          }

          @Override
          public void close() {
            events.add("connector closed");
          }
        },
        health);
  }

  @Test
  void connectsAgainWhileKafkaIsAway() throws Exception {
    ConnectingLoop loop = loop(new KafkaException("no broker"));

    loop.step();
    assertThat(health.current().ok()).isFalse();
    assertThat(health.current().detail()).contains("no broker");
    loop.step();
    loop.step();
    loop.close();

    assertThat(events).containsExactly("connected", "step", "loop closed", "connector closed");
  }

  @Test
  void passesOtherFailuresOn() {
    assertThatThrownBy(() -> loop(new IllegalStateException("broken")).step()).hasMessage("broken");
  }
}
