package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.zones.Polygon;
import dev.watchword.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
  @Test
  void readsCamerasInTheOrderOfTheFile() {
    Section root =
        parse(
            """
            cameras:
              yard:
                url: rtsp://admin:${env:YARD_PASSWORD}@10.0.0.7/ch1
                sample: 30/m
                transport: udp
                picture: 0
                quality: 5
                decode: keyframes
                gate: {hold: 8s, mask: ["0,0 1,0 1,0.1 0,0.1"]}
                open-timeout: 3s
                read-timeout: 1500ms
              gate: {url: clips/gate.mp4}
            """);

    IngestConfig config = IngestConfig.from(root, new StorageConfig.Directory(Path.of("storage")));
    root.rejectUnknown();

    assertThat(config.cameras()).extracting(CameraConfig::id).containsExactly("yard", "gate");
    CameraConfig yard = config.cameras().get(0);
    assertThat(yard.url().reveal()).isEqualTo("rtsp://admin:s3cret@10.0.0.7/ch1");
    assertThat(yard.samplesPerSecond()).isEqualTo(0.5);
    assertThat(yard.transport()).isEqualTo(Transport.UDP);
    assertThat(yard.picture()).isZero();
    assertThat(yard.quality()).isEqualTo(5);
    assertThat(yard.decode()).isEqualTo(DecodeMode.KEYFRAMES);
    GateConfig gated = yard.gate().orElseThrow();
    assertThat(gated.hold()).isEqualTo(Duration.ofSeconds(8));
    assertThat(gated.heartbeat()).isEqualTo(GateConfig.DEFAULT.heartbeat());
    assertThat(gated.mask()).containsExactly(Polygon.of("0,0 1,0 1,0.1 0,0.1"));
    assertThat(yard.openTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(yard.readTimeout()).isEqualTo(Duration.ofMillis(1500));
    CameraConfig gate = config.cameras().get(1);
    assertThat(gate).isEqualTo(CameraConfig.of("gate", gate.url()));
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void allowsNoCamerasAtAll() {
    assertThat(
            IngestConfig.from(parse("kafka: {}"), new StorageConfig.Directory(Path.of("storage")))
                .cameras())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Gate: {url: a.mp4} | c.yaml:2: cameras.Gate: a camera's name has 1 to 63 lower-case",
        "gate: {sample: 2/s} | c.yaml:2: cameras.gate.url: is missing",
        "gate: {url: 'gopher://s3cret@h/'} | c.yaml:2: cameras.gate.url: the scheme is not allowed",
        "gate: {url: 'rtsp://a:s3/cret@h/'} | c.yaml:2: cameras.gate.url: has an '@' after the host",
        "gate: {url: a.mp4, sample: 0/s} | c.yaml:2: cameras.gate.sample: must be above 0",
        "gate: {url: a.mp4, sample: 2} | c.yaml:2: cameras.gate.sample: expected a rate",
        "gate: {url: a.mp4, transport: tpc} | c.yaml:2: cameras.gate.transport: expected one of tcp",
        "gate: {url: a.mp4, picture: 7} | c.yaml:2: cameras.gate.picture: must be at least 32",
        "gate: {url: a.mp4, quality: 90} | c.yaml:2: cameras.gate.quality: must be between 2 and 31",
        "gate: {url: a.mp4, decode: lasy} | c.yaml:2: cameras.gate.decode: expected one of eager, lazy",
        "gate: {url: a.mp4, gate: {area: 3}} | c.yaml:2: cameras.gate.gate.area: must be between 0",
        "gate: {url: a.mp4, gate: {mask: '0,0 1'}} | c.yaml:2: cameras.gate.gate.mask: expected three",
        "gate: {url: a.mp4, open-timeout: 1ms} | c.yaml:2: cameras.gate.open-timeout: must be",
        "gate: {url: a.mp4, read-timeout: 5} | c.yaml:2: cameras.gate.read-timeout: expected a",
      })
  void namesTheLineAndTheKeyOfWhatIsWrong(String camera, String message) {
    assertThatThrownBy(
            () ->
                IngestConfig.from(
                    parse("cameras:\n  " + camera),
                    new StorageConfig.Directory(Path.of("storage"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("s3cret");
  }

  private static Section parse(String text) {
    return ConfigFile.parse("c.yaml", text, name -> name.equals("YARD_PASSWORD") ? "s3cret" : null);
  }

  @Test
  void refusesToTrustWhomItIsNotToAsk() {
    assertThatThrownBy(
            () -> Clips.configured("url: 'rtsps://h/x', tls: insecure, tls-ca: camera.pem"))
        .hasMessageContaining("tls-ca")
        .hasMessageContaining("trusts everyone");
    assertThatThrownBy(() -> Clips.configured("url: 'rtsps://h/x', tls-ca: none-such.pem"))
        .hasMessageContaining("none-such.pem");
    assertThat(Clips.configured("url: 'rtsps://h/x'").tls()).isEqualTo(TlsConfig.DEFAULT);
  }

  @Test
  void aGateIsIdleOnlyAfterItsHold() {
    GateConfig gate = Clips.configured("url: x.mp4, gate: {idle-after: 30s}").gate().orElseThrow();
    assertThat(gate.idleAfter()).contains(Duration.ofSeconds(30));
    assertThat(GateConfig.DEFAULT.idleAfter()).isEmpty();
    assertThatThrownBy(() -> Clips.configured("url: x.mp4, gate: {hold: 10s, idle-after: 9s}"))
        .hasMessageContaining("must not be shorter than hold");
  }
}
