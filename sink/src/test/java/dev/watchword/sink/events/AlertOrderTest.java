package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.person;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Alert;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Frames out of order, restarts, clocks set back: the same alerts. */
class AlertOrderTest extends AlertTopologyFixture {
  private static final List<String> STORES =
      List.of("scenes", "alerts-of-cameras", "alerts-of-coverage");

  @Test
  void framesThatComeOutOfOrderRaiseTheSameAlerts() {
    rules(STREET_RULES);
    List<Observation> frames = street(60);
    send(frames);
    List<Alert> expected = told();
    stop();
    start();
    rules(STREET_RULES);
    List<Observation> shuffled = new ArrayList<>(frames);
    Random random = new Random(3);
    for (int i = 1; i + 3 < shuffled.size(); i += 3) {
      Collections.shuffle(shuffled.subList(i, i + 3), random);
    }
    send(shuffled);

    assertThat(expected).hasSizeGreaterThan(5);
    assertThat(told()).containsExactlyElementsOf(expected);
  }

  @Test
  void aRestartInTheMiddleRaisesTheSameAlertsAndNoneTwice() {
    rules(STREET_RULES);
    List<Observation> frames = street(60);
    send(frames);
    List<Alert> expected = told();
    for (int cut = 5; cut < frames.size(); cut += 17) {
      stop();
      start();
      rules(STREET_RULES);
      send(frames.subList(0, cut));
      List<Alert> all = new ArrayList<>(told());
      restart();
      rules(STREET_RULES);
      send(frames.subList(cut, frames.size()));
      all.addAll(told());
      assertThat(all).as("cut before frame %d", cut).containsExactlyElementsOf(expected);
    }
  }

  /** A process that comes back has what the stores held, and nothing else. */
  private void restart() {
    Map<String, List<KeyValue<String, byte[]>>> kept = new HashMap<>();
    for (String name : STORES) {
      List<KeyValue<String, byte[]>> entries = new ArrayList<>();
      KeyValueStore<String, byte[]> store = driver.getKeyValueStore(name);
      try (KeyValueIterator<String, byte[]> all = store.all()) {
        all.forEachRemaining(entries::add);
      }
      kept.put(name, entries);
    }
    stop();
    start();
    kept.forEach(
        (name, entries) -> {
          KeyValueStore<String, byte[]> store = driver.getKeyValueStore(name);
          entries.forEach(entry -> store.put(entry.key, entry.value));
        });
  }

  @Test
  void aClockThatIsSetBackBeginsAnew() {
    rules("seen: {when: present, label: person, cool-down: 1h}");
    send(new Film(2).with("person", 100, 120, t -> person(0.5, 0.8)).frames(130).subList(200, 260));
    assertThat(times(told())).containsExactly(100.5);
    List<Observation> earlier = new Film(2).with("person", 2, 20, t -> person(0.5, 0.8)).frames(30);
    for (int i = 0; i < earlier.size(); i++) {
      send("people", Film.frame(260 + i, i / 2.0, earlier.get(i).seen()));
    }

    assertThat(times(told())).containsExactly(2.5);
  }
}
