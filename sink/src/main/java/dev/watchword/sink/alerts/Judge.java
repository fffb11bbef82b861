package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.sink.alerts.PromptWatch.Deed;
import dev.watchword.sink.alerts.PromptWatch.Happening;
import java.util.List;
import java.util.Optional;

/**
 * Judges one rule at one camera by what is seen and by how late it is. What must be remembered
 * stands in the rule's {@link RuleWatch}; alerts go into the given list. Not thread-safe.
 */
final class Judge {
  private final RuleVersion rule;
  private final RuleWatch watch;
  private final String camera;
  private final List<Alert> alerts;

  Judge(RuleVersion rule, RuleWatch watch, String camera, List<Alert> alerts) {
    this.rule = rule;
    this.watch = watch;
    this.camera = camera;
    this.alerts = alerts;
  }

  /**
   * Judges by a frame.
   *
   * @param happened what happened at zones and lines up to this frame
   * @param watermark up to which moment all prompts of the condition have looked
   */
  void look(Condition.OfObjects condition, Look look, List<Happening> happened, long watermark) {
    switch (condition) {
      case Condition.Present present -> present(present, look);
      case Condition.Dwell dwell -> dwell(dwell, look);
      case Condition.Nothing nothing -> nothing(nothing, look, watermark);
      case Condition.Enters enters ->
          happened(enters.sought(), look, happened, Deed.ENTERED, enters.zone());
      case Condition.Leaves leaves ->
          happened(leaves.sought(), look, happened, Deed.LEFT, leaves.zone());
      case Condition.Crosses crosses -> {
        List<Happening> inDirection =
            happened.stream()
                .filter(each -> each.direction() != null)
                .filter(each -> crosses.direction().map(each.direction()::equals).orElse(true))
                .toList();
        happened(crosses.sought(), look, inDirection, Deed.CROSSED, crosses.line());
      }
    }
  }

  private void present(Condition.Present condition, Look look) {
    RuleWatch.Showing showing =
        watch.showings.computeIfAbsent(look.promptId(), any -> new RuleWatch.Showing());
    if (look.told().stream().anyMatch(Judge::isOutOfSight)) {
      watch.showings.put(look.promptId(), showing = new RuleWatch.Showing());
    }
    if (!look.inferred()) {
      return;
    }
    List<Look.Present> shown = seen(condition.sought(), condition.zone(), look);
    boolean isShown = shown.size() >= condition.count();
    if (showing.add(isShown, condition.confirmOf()) < condition.confirm()) {
      showing.since = Micros.NEVER;
      showing.fired = false;
      return;
    }
    if (showing.since == Micros.NEVER) {
      showing.since = look.atMicros();
    }
    if (isShown
        && !showing.fired
        && look.atMicros() - showing.since >= Micros.of(condition.time())
        && mayFire(look.atMicros())) {
      showing.fired = true;
      watch.lastFired = look.atMicros();
      alerts.add(Alerts.present(rule, condition, look, shown));
    }
  }

  private static boolean isOutOfSight(ObjectEvent event) {
    return event.getCause() == EndCause.SILENT;
  }

  private static List<Look.Present> seen(Sought sought, Optional<String> zone, Look look) {
    return look.present().stream()
        .filter(Look.Present::seen)
        .filter(object -> sought.fits(object.label(), object.last().getScore()))
        .filter(object -> zone.isEmpty() || object.inside().containsKey(zone.get()))
        .toList();
  }

  private void dwell(Condition.Dwell condition, Look look) {
    for (ObjectEvent event : look.told()) {
      if (event.getPhase() == EventPhase.END) {
        watch.fired.remove(event.getId());
      }
    }
    for (Look.Present object : look.present()) {
      Long dwell = object.inside().get(condition.zone());
      if (dwell != null
          && dwell >= Micros.of(condition.time())
          && condition.sought().fits(object.label(), object.best().getScore())
          && !watch.fired.contains(object.event())
          && mayFire(look.atMicros())) {
        watch.fired.add(object.event());
        watch.lastFired = look.atMicros();
        alerts.add(Alerts.dwell(rule, condition, look, object));
      }
    }
  }

  private void happened(
      Sought sought, Look look, List<Happening> happened, Deed deed, String place) {
    for (Happening each : happened) {
      if (each.deed() == deed
          && each.place().equals(place)
          && sought.fits(each.event().getLabel(), each.event().getBest().getScore())
          && mayFire(each.atMicros())) {
        watch.lastFired = each.atMicros();
        alerts.add(Alerts.happened(rule, look, each));
      }
    }
  }

  private void nothing(Condition.Nothing condition, Look look, long watermark) {
    if (look.inferred()) {
      boolean isSeen = !seen(condition.sought(), condition.zone(), look).isEmpty();
      absent(condition, isSeen ? Math.min(watermark, look.atMicros() - 1) : watermark);
      if (isSeen || watch.lastSeen == Micros.NEVER) {
        watch.lastSeen = Math.max(watch.lastSeen, look.atMicros());
      }
    }
  }

  /**
   * Nothing was seen since it was seen last.
   *
   * @param until up to which moment that is known
   */
  void absent(Condition.Nothing condition, long until) {
    long since = watch.lastSeen;
    if (since != Micros.NEVER && watch.firedFor != since) {
      fireAfter(since, Micros.of(condition.time()), until)
          .ifPresent(at -> alerts.add(Alerts.nothing(rule, condition, camera, since, at)));
    }
  }

  /**
   * The camera is not live.
   *
   * @param detail what is known of the cause, may be empty
   * @param until up to which moment that is known
   */
  void lost(Condition.CameraLost condition, long since, String detail, long until) {
    if (watch.firedFor != since) {
      fireAfter(since, Micros.of(condition.time()), until)
          .ifPresent(at -> alerts.add(Alerts.lost(rule, condition, camera, since, detail, at)));
    }
  }

  /**
   * When something has gone on for long enough, as soon as schedule and cool-down allow it; empty
   * while that is not yet so.
   */
  private Optional<Long> fireAfter(long since, long time, long until) {
    long due = since + time;
    if (until < due) {
      return Optional.empty();
    }
    long at = mayFire(due) ? due : until;
    if (at != due && !mayFire(at)) {
      return Optional.empty();
    }
    watch.firedFor = since;
    watch.lastFired = at;
    return Optional.of(at);
  }

  private boolean mayFire(long at) {
    boolean cooled =
        watch.lastFired == Micros.NEVER
            || at >= watch.lastFired + Micros.of(rule.rule().coolDown());
    return cooled && rule.rule().schedule().covers(Micros.instant(at));
  }
}
