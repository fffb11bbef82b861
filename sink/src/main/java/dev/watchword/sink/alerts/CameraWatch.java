package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.sink.alerts.PromptWatch.Happening;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Judges the rules of one camera, frame by frame.
 *
 * <ul>
 *   <li><b>Time</b> is that of the frames. A rule about objects follows the frames of each prompt
 *       in their order, and waits for no other prompt. An absence is judged by the camera's
 *       watermark: what all its prompts have looked at, but for those that have not looked for
 *       {@link #ALIVE_MICROS}.
 *   <li><b>A condition that goes on</b> fires once, when it has come true and the rule's schedule
 *       and cool-down allow it: someone who is there already when the hours begin fires it then.
 *       What happens in a moment, at a zone or line, fires then or never.
 *   <li><b>The cool-down</b> counts from the newest alert of the rule and camera, whatever prompt
 *       it came from. A new version of the rule begins anew but for its cool-down.
 *   <li><b>The clock</b> of a camera that jumps back takes all that is known along with it.
 * </ul>
 *
 * <p>Alerts follow from the frames and the rules alone, and so do their ids. Where no frames come
 * any more, whoever owns this says how late it is. Knows no Kafka and no clock. Can be kept as
 * bytes. Not thread-safe.
 */
public final class CameraWatch {
  /** A prompt that has not looked for so long holds up no absence. */
  static final long ALIVE_MICROS = 60_000_000;

  private static final int VERSION = 1;

  /** As of tracking. */
  private static final long CLOCK_JUMP_MICROS = 1_000_000;

  private final String camera;
  private final Map<String, PromptWatch> prompts = new TreeMap<>();
  private final Map<String, RuleWatch> rules = new TreeMap<>();
  private long lostSince = Micros.NEVER;
  private String lostDetail = "";

  public CameraWatch(String camera) {
    this.camera = camera;
  }

  /**
   * Takes the next frame of one of the prompts.
   *
   * @param standing all rules that there are
   */
  public List<Alert> frame(Look look, Collection<RuleVersion> standing) {
    List<RuleVersion> mine = mine(standing);
    if (jumpsBack(look)) {
      prompts.clear();
      mine.stream()
          .filter(rule -> rule.rule().condition() instanceof Condition.OfObjects)
          .forEach(rule -> rules.remove(rule.rule().id()));
    }
    PromptWatch prompt = prompts.computeIfAbsent(look.promptId(), any -> new PromptWatch());
    List<Happening> happened = prompt.take(look);
    List<Alert> alerts = new ArrayList<>();
    for (RuleVersion rule : mine) {
      if (rule.rule().condition() instanceof Condition.OfObjects condition
          && condition.sought().isOf(look.promptId())) {
        judge(rule, condition, look, happened, alerts);
      }
    }
    return alerts;
  }

  /** The rules for this camera; what others have left behind is forgotten. */
  private List<RuleVersion> mine(Collection<RuleVersion> standing) {
    List<RuleVersion> mine = standing.stream().filter(rule -> rule.rule().isFor(camera)).toList();
    if (!rules.isEmpty()) {
      rules.keySet().removeIf(id -> mine.stream().noneMatch(rule -> rule.rule().id().equals(id)));
    }
    return mine;
  }

  private boolean jumpsBack(Look look) {
    PromptWatch prompt = prompts.get(look.promptId());
    return prompt != null
        && look.inferred()
        && prompt.lookedAt() != Micros.NEVER
        && look.atMicros() < prompt.lookedAt() - CLOCK_JUMP_MICROS;
  }

  private RuleWatch watch(RuleVersion rule) {
    return rules.compute(
        rule.rule().id(),
        (id, old) ->
            old == null
                ? new RuleWatch(rule.version())
                : old.version.equals(rule.version()) ? old : old.next(rule.version()));
  }

  private void judge(
      RuleVersion rule,
      Condition.OfObjects condition,
      Look look,
      List<Happening> happened,
      List<Alert> alerts) {
    RuleWatch watch = watch(rule);
    switch (condition) {
      case Condition.Present present -> present(rule, present, watch, look, alerts);
      case Condition.Dwell dwell -> dwell(rule, dwell, watch, look, alerts);
      case Condition.Nothing nothing -> nothing(rule, nothing, watch, look, alerts);
      case Condition.Enters enters ->
          happened(rule, watch, look, happened, PromptWatch.Deed.ENTERED, enters.zone(), alerts);
      case Condition.Leaves leaves ->
          happened(rule, watch, look, happened, PromptWatch.Deed.LEFT, leaves.zone(), alerts);
      case Condition.Crosses crosses -> {
        List<Happening> inDirection =
            happened.stream()
                .filter(each -> each.direction() != null)
                .filter(each -> crosses.direction().map(each.direction()::equals).orElse(true))
                .toList();
        happened(rule, watch, look, inDirection, PromptWatch.Deed.CROSSED, crosses.line(), alerts);
      }
    }
  }

  private void present(
      RuleVersion rule,
      Condition.Present condition,
      RuleWatch watch,
      Look look,
      List<Alert> alerts) {
    RuleWatch.Showing showing =
        watch.showings.computeIfAbsent(look.promptId(), any -> new RuleWatch.Showing());
    if (look.told().stream().anyMatch(CameraWatch::isOutOfSight)) {
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
        && mayFire(rule, watch, look.atMicros())) {
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

  private void dwell(
      RuleVersion rule, Condition.Dwell condition, RuleWatch watch, Look look, List<Alert> alerts) {
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
          && mayFire(rule, watch, look.atMicros())) {
        watch.fired.add(object.event());
        watch.lastFired = look.atMicros();
        alerts.add(Alerts.dwell(rule, condition, look, object));
      }
    }
  }

  private void happened(
      RuleVersion rule,
      RuleWatch watch,
      Look look,
      List<Happening> happened,
      PromptWatch.Deed deed,
      String place,
      List<Alert> alerts) {
    Sought sought = ((Condition.OfObjects) rule.rule().condition()).sought();
    for (Happening each : happened) {
      if (each.deed() == deed
          && each.place().equals(place)
          && sought.fits(each.event().getLabel(), each.event().getBest().getScore())
          && mayFire(rule, watch, each.atMicros())) {
        watch.lastFired = each.atMicros();
        alerts.add(Alerts.happened(rule, look, each));
      }
    }
  }

  private void nothing(
      RuleVersion rule,
      Condition.Nothing condition,
      RuleWatch watch,
      Look look,
      List<Alert> alerts) {
    if (look.inferred()) {
      long watermark = watermark(condition.sought());
      boolean isSeen = !seen(condition.sought(), condition.zone(), look).isEmpty();
      absent(
          rule,
          condition,
          watch,
          isSeen ? Math.min(watermark, look.atMicros() - 1) : watermark,
          alerts);
      if (isSeen || watch.lastSeen == Micros.NEVER) {
        watch.lastSeen = Math.max(watch.lastSeen, look.atMicros());
      }
    }
  }

  /** Up to which moment all prompts have looked. */
  private long watermark(Sought sought) {
    long newest = newest();
    return prompts.entrySet().stream()
        .filter(entry -> sought.isOf(entry.getKey()))
        .mapToLong(entry -> entry.getValue().lookedAt())
        .filter(lookedAt -> lookedAt != Micros.NEVER && lookedAt >= newest - ALIVE_MICROS)
        .min()
        .orElse(Micros.NEVER);
  }

  /** Capture time of the newest frame that a model looked at, {@link Micros#NEVER} before it. */
  long newest() {
    return prompts.values().stream().mapToLong(PromptWatch::lookedAt).max().orElse(Micros.NEVER);
  }

  private void absent(
      RuleVersion rule,
      Condition.Nothing condition,
      RuleWatch watch,
      long until,
      List<Alert> alerts) {
    long since = watch.lastSeen;
    if (since == Micros.NEVER || watch.firedFor == since) {
      return;
    }
    fireAfter(rule, watch, since, Micros.of(condition.time()), until)
        .ifPresent(at -> alerts.add(Alerts.nothing(rule, condition, camera, since, at)));
  }

  /**
   * When something has gone on for long enough, as soon as schedule and cool-down allow it; empty
   * while that is not yet so.
   */
  private static Optional<Long> fireAfter(
      RuleVersion rule, RuleWatch watch, long since, long time, long until) {
    long due = since + time;
    if (until < due) {
      return Optional.empty();
    }
    long at = mayFire(rule, watch, due) ? due : until;
    if (at != due && !mayFire(rule, watch, at)) {
      return Optional.empty();
    }
    watch.firedFor = since;
    watch.lastFired = at;
    return Optional.of(at);
  }

  private static boolean mayFire(RuleVersion rule, RuleWatch watch, long at) {
    boolean cooled =
        watch.lastFired == Micros.NEVER
            || at >= watch.lastFired + Micros.of(rule.rule().coolDown());
    return cooled && rule.rule().schedule().covers(Micros.instant(at));
  }

  /**
   * No rule is about this camera's objects: what is told of them from now on is not followed.
   *
   * @return whether anything was known that is not any more
   */
  boolean forget(Collection<RuleVersion> standing) {
    boolean known = !prompts.isEmpty();
    int followed = rules.size();
    prompts.clear();
    mine(standing);
    return known || rules.size() < followed;
  }

  /**
   * No frames have come for a while, and it is so late by now.
   *
   * @param nowMicros on the camera's clock
   */
  public List<Alert> silent(long nowMicros, Collection<RuleVersion> standing) {
    List<Alert> alerts = new ArrayList<>();
    for (RuleVersion rule : mine(standing)) {
      if (rule.rule().condition() instanceof Condition.Nothing nothing) {
        absent(rule, nothing, watch(rule), nowMicros, alerts);
      }
    }
    return alerts;
  }

  /** Takes the next state of the camera. */
  public List<Alert> status(CameraStatus status, Collection<RuleVersion> standing) {
    long since = Micros.of(status.getSince());
    List<Alert> alerts = lost(since, standing);
    boolean isLost =
        status.getState() == CameraState.CONNECTING || status.getState() == CameraState.WAITING;
    if (!isLost) {
      lostSince = Micros.NEVER;
      lostDetail = "";
    } else {
      lostSince = lostSince == Micros.NEVER ? since : lostSince;
      lostDetail = status.getDetail().isEmpty() ? lostDetail : status.getDetail();
    }
    return alerts;
  }

  /**
   * It is so late by now.
   *
   * @param nowMicros on the wall clock
   */
  public List<Alert> lost(long nowMicros, Collection<RuleVersion> standing) {
    List<Alert> alerts = new ArrayList<>();
    if (lostSince != Micros.NEVER) {
      for (RuleVersion rule : mine(standing)) {
        if (rule.rule().condition() instanceof Condition.CameraLost condition) {
          RuleWatch watch = watch(rule);
          if (watch.firedFor != lostSince) {
            fireAfter(rule, watch, lostSince, Micros.of(condition.time()), nowMicros)
                .ifPresent(
                    at ->
                        alerts.add(
                            Alerts.lost(rule, condition, camera, lostSince, lostDetail, at)));
          }
        }
      }
    }
    return alerts;
  }

  /** What {@link #restore} takes up. */
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(lostSince);
      out.writeUTF(lostDetail.substring(0, Math.min(lostDetail.length(), 1000)));
      out.writeInt(prompts.size());
      for (Map.Entry<String, PromptWatch> entry : prompts.entrySet()) {
        out.writeUTF(entry.getKey());
        entry.getValue().write(out);
      }
      out.writeInt(rules.size());
      for (Map.Entry<String, RuleWatch> entry : rules.entrySet()) {
        out.writeUTF(entry.getKey());
        entry.getValue().write(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a camera's alerts cannot be written to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Takes up what {@link #toBytes()} gave. Call it once, first. */
  CameraWatch restore(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException(
            "the alerts of camera "
                + camera
                + " were kept by another version of Watchword ("
                + version
                + ", this one knows "
                + VERSION
                + ")");
      }
      lostSince = in.readLong();
      lostDetail = in.readUTF();
      for (int i = in.readInt(); i > 0; i--) {
        prompts.computeIfAbsent(in.readUTF(), any -> new PromptWatch()).read(in);
      }
      for (int i = in.readInt(); i > 0; i--) {
        rules.put(in.readUTF(), RuleWatch.read(in));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what is kept of camera " + camera + " is damaged", e);
    }
    return this;
  }
}
