package dev.watchword.app.cliptest;

import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.ZoneStay;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Objects' stays, as the events service follows them. Those count of which some part lies in the
 * time, and which were in the zone and crossed the line, if there is one.
 *
 * @param least how long: in the zone if there is one, else in the picture
 * @param most how long
 * @param line that they crossed
 */
record Stays(
    String text,
    Conditions conditions,
    Amount amount,
    Optional<Duration> least,
    Optional<Duration> most,
    Optional<String> line)
    implements Expectation {
  private static final int MOST_PICTURES = 3;

  @Override
  public Verdict judge(Watched watched) {
    List<ObjectEvent> all =
        watched.stays().stream()
            .filter(stay -> stay.getLabel().equals(conditions.label()))
            .toList();
    List<ObjectEvent> meant = all.stream().filter(this::isMeant).toList();
    List<ObjectEvent> others = all.stream().filter(stay -> !meant.contains(stay)).toList();
    StringBuilder sentence = new StringBuilder("saw ").append(listed(meant));
    boolean ok = amount.holds(meant.size());
    if (!ok && !others.isEmpty()) {
      sentence.append("; not counted: ").append(listed(others));
    }
    return new Verdict(ok, sentence.toString(), ok ? List.of() : best(all));
  }

  private boolean isMeant(ObjectEvent stay) {
    boolean during =
        end(stay).compareTo(conditions.from()) >= 0
            && conditions.to().map(to -> start(stay).compareTo(to) <= 0).orElse(true);
    boolean lasts =
        least.map(limit -> length(stay).compareTo(limit) >= 0).orElse(true)
            && most.map(limit -> length(stay).compareTo(limit) <= 0).orElse(true);
    boolean sure = conditions.score().map(score -> stay.getBest().getScore() >= score).orElse(true);
    boolean there = conditions.zone().map(name -> zone(stay, name).isPresent()).orElse(true);
    boolean crossed =
        line.map(
                name ->
                    stay.getCrossings().stream().map(LineCrossing::getLine).anyMatch(name::equals))
            .orElse(true);
    return during && lasts && sure && there && crossed;
  }

  private static Optional<ZoneStay> zone(ObjectEvent stay, String name) {
    return stay.getZones().stream().filter(visit -> visit.getZone().equals(name)).findFirst();
  }

  private Duration length(ObjectEvent stay) {
    return conditions
        .zone()
        .map(
            name ->
                zone(stay, name)
                    .map(visit -> Duration.ofNanos(visit.getDwellMicros() * 1000))
                    .orElse(Duration.ZERO))
        .orElse(end(stay).minus(start(stay)));
  }

  private static Duration start(ObjectEvent stay) {
    return Duration.between(Instant.EPOCH, stay.getStart());
  }

  private static Duration end(ObjectEvent stay) {
    return Duration.between(Instant.EPOCH, stay.getLast().getCapturedAt());
  }

  private String listed(List<ObjectEvent> stays) {
    if (stays.isEmpty()) {
      return "no such stay";
    }
    String count = stays.size() == 1 ? "1 stay" : stays.size() + " stays";
    return count + ", " + Times.listed(stays.stream().map(this::told).toList());
  }

  private String told(ObjectEvent stay) {
    String span = Times.span(start(stay), end(stay));
    return conditions.zone().isEmpty()
        ? span
        : span + " (" + Times.of(length(stay)) + " in " + conditions.zone().get() + ")";
  }

  private static List<Integer> best(List<ObjectEvent> stays) {
    return stays.stream()
        .map(stay -> Math.toIntExact(stay.getBest().getFrame().getSequence()))
        .distinct()
        .limit(MOST_PICTURES)
        .toList();
  }
}
