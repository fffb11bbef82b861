package dev.watchword.sink.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ZoneStay;
import dev.watchword.service.zones.Line;
import dev.watchword.service.zones.Polygon;
import dev.watchword.service.zones.Zones;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WhereaboutsPropertyTest {
  private static final Polygon RIGHT_HALF = Polygon.of("0.5,0 1,0 1,1 0.5,1");
  private static final Zones ZONES =
      new Zones(Map.of("right", RIGHT_HALF), Map.of("middle", Line.of("0.5,0 0.5,1")));

  @Property(tries = 300)
  void dwellIsWithinTheStayAndVisitsAreOneMoreThanReturns(@ForAll long seed) {
    Random random = new Random(seed);
    Whereabouts whereabouts = new Whereabouts();
    double x = random.nextDouble();
    double y = random.nextDouble();
    long time = 0;
    int changes = 0;
    for (int i = 0; i < 60; i++) {
      time += 1 + random.nextInt(1_000_000);
      x = Math.clamp(x + random.nextGaussian() * 0.1, 0, 1);
      y = Math.clamp(y + random.nextGaussian() * 0.1, 0, 1);
      boolean changed = whereabouts.seen(ZONES, time, x, y);
      changes += changed ? 1 : 0;
      boolean inside = whereabouts.inside().contains("right");
      // Jitter on the edge counts for neither side; beyond the margin there is no doubt.
      if (RIGHT_HALF.distanceToEdge(x, y) > Whereabouts.MARGIN) {
        assertThat(inside).isEqualTo(RIGHT_HALF.contains(x, y));
      }
    }
    whereabouts.end();

    for (ZoneStay stay : whereabouts.stays(Map.of())) {
      assertThat(stay.getInside()).isFalse();
      assertThat(stay.getDwellMicros()).isBetween(0L, time);
      assertThat(stay.getLeft()).isAfterOrEqualTo(stay.getEntered());
      assertThat(stay.getVisits()).isBetween(1, changes);
    }
  }

  @Property(tries = 300)
  void crossingsOfALineThroughThePictureAlternate(@ForAll long seed) {
    Random random = new Random(seed);
    Whereabouts whereabouts = new Whereabouts();
    double x = random.nextDouble();
    double firstSide = 0;
    double lastSide = 0;
    for (int i = 0; i < 60; i++) {
      x = Math.clamp(x + random.nextGaussian() * 0.1, 0, 1);
      whereabouts.seen(ZONES, i, x, 0.5);
      if (Math.abs(x - 0.5) > Whereabouts.MARGIN) {
        lastSide = Math.signum(x - 0.5);
        firstSide = firstSide == 0 ? lastSide : firstSide;
      }
    }

    List<LineCrossing> crossings = whereabouts.crossings();
    for (int i = 1; i < crossings.size(); i++) {
      assertThat(crossings.get(i).getDirection()).isNotEqualTo(crossings.get(i - 1).getDirection());
    }
    assertThat(crossings.size() % 2 == 0).isEqualTo(firstSide == lastSide);
  }

  @Property(tries = 200)
  void jitterOnALineOrAnEdgeIsNoCrossing(
      @ForAll @IntRange(min = 0, max = 99) int most, @ForAll long seed) {
    Random random = new Random(seed);
    Whereabouts whereabouts = new Whereabouts();
    for (int i = 0; i < 50; i++) {
      whereabouts.seen(ZONES, i, 0.5 + most * 1e-4 * random.nextDouble(-1, 1), 0.5);
    }

    assertThat(whereabouts.crossings()).isEmpty();
    assertThat(whereabouts.stays(Map.of())).allMatch(stay -> stay.getVisits() == 1);
  }

  @Property(tries = 200)
  void tellsTheDirectionOfACrossing(
      @ForAll @DoubleRange(min = 0, max = 1) double height,
      @ForAll @IntRange(min = 0, max = 1) int way) {
    Whereabouts whereabouts = new Whereabouts();
    whereabouts.seen(ZONES, 0, way == 0 ? 0.2 : 0.8, height);
    boolean changed = whereabouts.seen(ZONES, 1, way == 0 ? 0.8 : 0.2, height);

    // Down the picture, the right hand is on its left side.
    assertThat(changed).isTrue();
    assertThat(whereabouts.crossings())
        .singleElement()
        .extracting(LineCrossing::getDirection)
        .isEqualTo(way == 0 ? CrossingDirection.TO_LEFT : CrossingDirection.TO_RIGHT);
  }

  @Test
  void whoPassesTheEndOfALineDoesNotCrossIt() {
    Zones gate = new Zones(Map.of(), Map.of("gate", Line.of("0.5,0.4 0.5,0.6")));
    Whereabouts whereabouts = new Whereabouts();
    whereabouts.seen(gate, 0, 0.3, 0.8);
    whereabouts.seen(gate, 1, 0.7, 0.8);
    assertThat(whereabouts.crossings()).isEmpty();
    whereabouts.seen(gate, 2, 0.7, 0.5);
    whereabouts.seen(gate, 3, 0.3, 0.5);
    assertThat(whereabouts.crossings()).hasSize(1);
  }
}
