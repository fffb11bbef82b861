package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Judges how much of a camera's video models have looked at, minute by minute.
 *
 * <p>Of the records of one session, service, process and prompt the latest counts, and those of
 * several add up. A minute is judged once: when all ingest processes have closed it and workers
 * have told of all its frames, else {@link #PATIENCE} after its end. Minutes with less than {@link
 * #LEAST} frames to look at, and those that began before the rule was written, are not judged. Can
 * be kept as bytes. Not thread-safe.
 */
public final class CoverageWatch {
  /** As long as processes may take to tell of a minute. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Of one or two frames no percentage can be told. */
  static final int LEAST = 5;

  private static final int VERSION = 1;
  private static final long MINUTE_MICROS = 60_000_000;

  /** Records of minutes that are so much older than the newest come too late. */
  private static final long KEPT_MICROS = 60 * MINUTE_MICROS;

  /** What one process has told. */
  private record Told(
      boolean ingest,
      String prompt,
      boolean closed,
      long wanted,
      long sent,
      long read,
      long seen) {}

  private static final class Minute {
    private final Map<String, Told> told = new TreeMap<>();
    private boolean judged;
  }

  private final String camera;
  private final TreeMap<Long, Minute> minutes = new TreeMap<>();
  private final Map<String, Long> lastFired = new HashMap<>();

  public CoverageWatch(String camera) {
    this.camera = camera;
  }

  /** Takes the next record of the camera. */
  public List<Alert> record(Coverage record, Collection<RuleVersion> standing) {
    long at = Micros.of(record.getMinute());
    if (record.getService() == CoverageService.OTHER
        || !minutes.isEmpty() && at < minutes.lastKey() - KEPT_MICROS) {
      return List.of();
    }
    Minute minute = minutes.computeIfAbsent(at, any -> new Minute());
    minutes.headMap(minutes.lastKey() - KEPT_MICROS).clear();
    if (minute.judged) {
      return List.of();
    }
    minute.told.put(
        String.join(
            "/",
            record.getSession(),
            record.getService().name(),
            record.getProcess(),
            record.getPrompt()),
        told(record));
    return isTold(minute) ? judge(at, minute, standing) : List.of();
  }

  private static Told told(Coverage record) {
    boolean ingest = record.getService() == CoverageService.INGEST;
    return new Told(
        ingest,
        record.getPrompt(),
        record.getClosed(),
        ingest ? record.getCaptured() - record.getNotSampled() - record.getGated() : 0,
        record.getPublished() + (ingest ? record.getLate() : 0),
        record.getConsumed() + record.getExpired(),
        record.getAnswers().getOrDefault("inferred", 0L));
  }

  /** Whether nothing more is to come. */
  private static boolean isTold(Minute minute) {
    Map<String, Long> read = new HashMap<>();
    long sent = 0;
    boolean closed = false;
    for (Told told : minute.told.values()) {
      if (told.ingest) {
        if (!told.closed) {
          return false;
        }
        closed = true;
        sent += told.sent;
      } else {
        read.merge(told.prompt, told.read, Long::sum);
      }
    }
    long most = sent;
    return closed && !read.isEmpty() && read.values().stream().allMatch(each -> each >= most);
  }

  /** It is so late by now, by the wall clock. */
  public List<Alert> passed(Instant now, Collection<RuleVersion> standing) {
    List<Alert> alerts = new ArrayList<>();
    long over = Micros.of(now.minus(PATIENCE)) - MINUTE_MICROS;
    minutes
        .headMap(over, true)
        .forEach(
            (at, minute) -> {
              if (!minute.judged) {
                alerts.addAll(judge(at, minute, standing));
              }
            });
    return alerts;
  }

  /** Whether a minute waits to be judged. */
  boolean isWaiting() {
    return minutes.values().stream().anyMatch(minute -> !minute.judged);
  }

  private List<Alert> judge(long at, Minute minute, Collection<RuleVersion> standing) {
    minute.judged = true;
    List<Alert> alerts = new ArrayList<>();
    double percent = percent(minute);
    minute.told.clear();
    for (RuleVersion rule : standing) {
      if (rule.rule().condition() instanceof Condition.CoverageBelow condition
          && rule.rule().isFor(camera)
          && percent < condition.percent()
          && at >= Micros.of(rule.since())
          && mayFire(rule, at + MINUTE_MICROS)) {
        lastFired.put(rule.rule().id(), at + MINUTE_MICROS);
        alerts.add(Alerts.coverage(rule, condition, camera, Micros.instant(at), percent));
      }
    }
    return alerts;
  }

  private boolean mayFire(RuleVersion rule, long at) {
    Long last = lastFired.get(rule.rule().id());
    return (last == null || at >= last + Micros.of(rule.rule().coolDown()))
        && rule.rule().schedule().covers(Micros.instant(at));
  }

  /** 100 where there was too little to look at, or no prompt to ask. */
  private static double percent(Minute minute) {
    long wanted = 0;
    boolean asked = true;
    Map<String, Long> seen = new HashMap<>();
    for (Told told : minute.told.values()) {
      wanted += told.wanted;
      if (!told.ingest && told.prompt.isEmpty()) {
        asked = false;
      } else if (!told.ingest) {
        seen.merge(told.prompt, told.seen, Long::sum);
      }
    }
    if (wanted < LEAST || seen.isEmpty() && !asked) {
      return 100;
    }
    long most = seen.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return 100.0 * Math.min(most, wanted) / wanted;
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(minutes.size());
      for (Map.Entry<Long, Minute> entry : minutes.entrySet()) {
        out.writeLong(entry.getKey());
        write(entry.getValue(), out);
      }
      out.writeInt(lastFired.size());
      for (Map.Entry<String, Long> entry : new TreeMap<>(lastFired).entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeLong(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a camera's coverage cannot be written to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void write(Minute minute, DataOutput out) throws IOException {
    out.writeBoolean(minute.judged);
    out.writeInt(minute.told.size());
    for (Map.Entry<String, Told> entry : minute.told.entrySet()) {
      Told each = entry.getValue();
      out.writeUTF(entry.getKey());
      out.writeBoolean(each.ingest);
      out.writeUTF(each.prompt);
      out.writeBoolean(each.closed);
      out.writeLong(each.wanted);
      out.writeLong(each.sent);
      out.writeLong(each.read);
      out.writeLong(each.seen);
    }
  }

  private static Minute readMinute(DataInput in) throws IOException {
    Minute minute = new Minute();
    minute.judged = in.readBoolean();
    for (int i = in.readInt(); i > 0; i--) {
      minute.told.put(
          in.readUTF(),
          new Told(
              in.readBoolean(),
              in.readUTF(),
              in.readBoolean(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong()));
    }
    return minute;
  }

  CoverageWatch restore(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException(
            "the coverage of camera "
                + camera
                + " was kept by another version of Watchword ("
                + version
                + ", this one knows "
                + VERSION
                + ")");
      }
      for (int i = in.readInt(); i > 0; i--) {
        minutes.put(in.readLong(), readMinute(in));
      }
      for (int i = in.readInt(); i > 0; i--) {
        lastFired.put(in.readUTF(), in.readLong());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the coverage of camera " + camera + " is damaged", e);
    }
    return this;
  }
}
