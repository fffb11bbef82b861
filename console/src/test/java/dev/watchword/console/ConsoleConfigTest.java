package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleConfigTest {

  @Test
  void listensOnLoopbackByDefault() {
    assertThat(config("{}")).isEqualTo(new ConsoleConfig("127.0.0.1", 8080));
  }

  @Test
  void readsHostAndPort() {
    assertThat(listen("LocalHost:0")).isEqualTo(new ConsoleConfig("localhost", 0));
    assertThat(listen("'[::1]:9000'")).isEqualTo(new ConsoleConfig("::1", 9000));
    assertThat(listen("'[::1]:9000'").urlHost()).isEqualTo("[::1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:8080", "192.168.1.4:80", "'[::]:80'", "127.evil.com:80"})
  void refusesToListenBeyondThisMachine(String listen) {
    assertThatThrownBy(() -> listen(listen))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("watchword.yaml:1: console.listen: the console has no sign-in yet")
        .hasMessageContaining("use 127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000"})
  void refusesWhatIsNoAddress(String listen) {
    assertThatThrownBy(() -> listen(listen))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("console.listen: ");
  }

  private static ConsoleConfig listen(String listen) {
    return config("console: {listen: " + listen + "}");
  }

  private static ConsoleConfig config(String yaml) {
    return ConsoleConfig.from(ConfigFile.parse("watchword.yaml", yaml, name -> null));
  }
}
