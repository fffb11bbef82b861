package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchwordConfigTest {
  private static final String PROMPTS = "prompts: {people: {text: detect person}}\n";

  private static WatchwordConfig read(String yaml) {
    return WatchwordConfig.from(
        ConfigFile.parse("watchword.yaml", PROMPTS + yaml, name -> null), new CollectorRegistry());
  }

  @Test
  void refusesACameraThatPausesForLongerThanItsEventsLast() {
    String slow = "cameras: {gate: {url: 'rtsp://10.0.0.5/a', gate: {heartbeat: 60s}}}\n";

    assertThatThrownBy(() -> read(slow))
        .hasMessageContaining("events.silence")
        .hasMessageContaining("camera gate may pause for 60.0s")
        .hasMessageContaining("122s");
    assertThat(read(slow + "events: {silence: 122s}\n").events().tracking().silence())
        .isEqualTo(Duration.ofSeconds(122));
  }

  @Test
  void readsZonesBesideTheCamerasOtherKeys() {
    String camera = "cameras: {gate: {url: 'rtsp://10.0.0.5/a', zones: {yard: '%s'}}}\n";

    assertThat(read(camera.formatted("0,0 1,0 1,1")).ingest().cameras()).hasSize(1);
    assertThatThrownBy(() -> read(camera.formatted("0,0 1,0")))
        .hasMessageContaining("cameras.gate.zones.yard: expected three or more corners");
  }

  @Test
  void namesTheEventKeyThatIsWrong() {
    assertThatThrownBy(() -> read("events: {patience: 20s, silence: 30s}\n"))
        .hasMessageContaining("events.silence: must be between 40s and 24h, not 30s");
    assertThatThrownBy(() -> read("events: {patiense: 20s}\n"))
        .hasMessageContaining("did you mean 'patience'?");
  }
}
