package dev.watchword.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigException;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;

class TargetTest {
  @Property(tries = 100)
  void aSecretIsShownNowhere(@ForAll @AlphaChars @StringLength(min = 12, max = 30) String secret) {
    Map<String, String> environment = Map.of("KEY", secret);
    Target webhook =
        Samples.target(
            "hook",
            "{to: webhook, url: 'https://h/${env:KEY}', secret: '${env:KEY}', headers:"
                + " {Authorization: 'Bearer ${env:KEY}'}}",
            environment);
    Target mqtt =
        Samples.target(
            "bus", "{to: mqtt, url: mqtts://h, user: me, password: '${env:KEY}'}", environment);

    assertThat(webhook.toString()).doesNotContain(secret);
    assertThat(mqtt.toString()).doesNotContain(secret);
    assertThatThrownBy(
            () -> Samples.target("t", "{to: webhook, url: 'ftp://h/${env:KEY}'}", environment))
        .hasMessageNotContaining(secret);
    assertThatThrownBy(
            () -> Samples.target("t", "{to: mqtt, url: 'mqtt://u:${env:KEY}@h'}", environment))
        .hasMessageNotContaining(secret);
    assertThatThrownBy(
            () -> Samples.target("t", "{to: webhook, url: 'http://h/', secret: '" + secret + "'}"))
        .hasMessageNotContaining(secret);
  }

  @Example
  void refusesWhatIsWrongInASentence() {
    Map.of(
            "{to: pigeon}", "to: expected one of webhook, mqtt, not 'pigeon'",
            "{to: webhook}", "url: is missing",
            "{to: webhook, url: 'file:///etc/passwd'}",
                "url: write http://HOST/PATH or https://HOST/PATH",
            "{to: webhook, url: 'http://me:pw@h/'}",
                "a user and password go into headers.Authorization",
            "{to: webhook, url: 'http://h/', secret: plain}",
                "secret: a secret does not stand in the file",
            "{to: webhook, url: 'http://h/', headers: {Content-Type: x}}",
                "headers.Content-Type: cannot be set",
            "{to: webhook, url: 'http://h/', format: xml}",
                "format: expected one of json, slack, teams, email",
            "{to: mqtt, url: 'http://h'}", "url: write mqtt://HOST:PORT",
            "{to: mqtt, url: 'mqtt://h', topic: 'a/#'}",
                "topic: a topic to publish on has neither '#' nor '+'",
            "{to: mqtt, url: 'mqtt://h', password: '${env:P}'}", "user: is missing beside password")
        .forEach(
            (yaml, sentence) ->
                assertThatThrownBy(() -> Samples.target("t", yaml, Map.of("P", "x")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("test.yaml:1: alerts.targets.t.")
                    .hasMessageContaining(sentence));
  }
}
