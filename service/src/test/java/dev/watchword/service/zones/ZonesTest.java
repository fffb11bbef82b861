package dev.watchword.service.zones;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.service.config.ConfigFile;
import org.junit.jupiter.api.Test;

class ZonesTest {
  private static Zones read(String yaml) {
    return Zones.from(ConfigFile.parse("watchword.yaml", yaml, name -> null));
  }

  @Test
  void readsAreasAndLinesOfACamera() {
    Zones zones = read("zones: {yard: '0,0.5 1,0.5 1,1'}\nlines: {door: '0.5,0 0.5,1'}\n");

    assertThat(zones.areas().get("yard").contains(0.9, 0.6)).isTrue();
    assertThat(zones.lines()).containsEntry("door", new Line(0.5, 0, 0.5, 1));
    assertThat(read("")).isEqualTo(Zones.NONE);
  }

  @Test
  void namesTheKeyThatIsWrong() {
    assertThatThrownBy(() -> read("zones: {yard: '0,0'}"))
        .hasMessageStartingWith("watchword.yaml:1: zones.yard: expected three or more corners");
    assertThatThrownBy(() -> read("lines: {door: '0,0 0,0'}"))
        .hasMessageStartingWith("watchword.yaml:1: lines.door: expected two different points");
    assertThatThrownBy(() -> read("lines: {Door: '0,0 0,1'}"))
        .hasMessageContaining("lower-case letters");
  }

  @Test
  void measuresTheDistanceToTheNearestEdgeFromBothSides() {
    Polygon area = Polygon.of("0.2,0.2 0.8,0.2 0.8,0.8 0.2,0.8");

    assertThat(area.distanceToEdge(0.3, 0.5)).isCloseTo(0.1, within(1e-9));
    assertThat(area.distanceToEdge(0.1, 0.5)).isCloseTo(0.1, within(1e-9));
    assertThat(area.distanceToEdge(0.1, 0.1)).isCloseTo(Math.hypot(0.1, 0.1), within(1e-9));
  }
}
