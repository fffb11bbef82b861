package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
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
        judge(rule, alerts).look(condition, look, happened, watermark(condition.sought()));
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

  private Judge judge(RuleVersion rule, List<Alert> alerts) {
    RuleWatch watch =
        rules.compute(
            rule.rule().id(),
            (id, old) ->
                old == null
                    ? new RuleWatch(rule.version())
                    : old.version.equals(rule.version()) ? old : old.next(rule.version()));
    return new Judge(rule, watch, camera, alerts);
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
        judge(rule, alerts).absent(nothing, nowMicros);
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
          judge(rule, alerts).lost(condition, lostSince, lostDetail, nowMicros);
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
