package dev.watchword.service.zones;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolygonTest {
  @Test
  void holdsThePointsInside() {
    Polygon arrow = Polygon.of("0,0 1,0.5  0,1 0.5,0.5");

    assertThat(arrow.contains(0.6, 0.5)).isTrue();
    assertThat(arrow.contains(0.4, 0.5)).isFalse();
    assertThat(arrow.contains(0.2, 0.15)).isTrue();
    assertThat(arrow.contains(0.9, 0.9)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0,0 1,1", "0,0 1,0 1,2", "0,0 1,0 x,1", "0,0 1,0 1", "0 0 1 0 1 1"})
  void saysHowAnAreaIsWritten(String text) {
    assertThatThrownBy(() -> Polygon.of(text)).hasMessageContaining("such as '0,0 1,0");
  }
}
