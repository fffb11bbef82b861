package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SameOriginTest {

  @ParameterizedTest
  @CsvSource({
    "localhost:8080,",
    "127.0.0.1:8080,",
    "127.0.0.1,http://127.0.0.1",
    "[::1]:80,http://[::1]:80",
    "LOCALHOST:9000,http://localhost:9000",
  })
  void answersItsOwnPage(String host, String origin) {
    assertThat(SameOrigin.refusal(host, origin)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    ",",
    "rebound.example:8080,http://rebound.example:8080",
    "127.0.0.1.rebound.example,",
    "localhost.rebound.example:8080,",
    "localhost:8080,http://localhost:3000",
    "localhost:8080,http://other.example",
    "localhost:8080,null",
  })
  void refusesForeignHostsAndOrigins(String host, String origin) {
    assertThat(SameOrigin.refusal(host, origin)).isPresent();
  }
}
