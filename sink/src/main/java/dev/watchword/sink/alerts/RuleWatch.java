package dev.watchword.sink.alerts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How far one version of a rule has come at one camera. */
final class RuleWatch {
  /** Whether the condition holds by the frames of one prompt. */
  static final class Showing {
    /** The last frames, the newest in the lowest bits. */
    private long low;

    private long high;
    private int frames;

    /** Since when it holds. */
    long since = Micros.NEVER;

    boolean fired;

    /** Adds a frame, and returns in how many of the last {@code of} frames it was shown. */
    int add(boolean shown, int of) {
      high = high << 1 | low >>> 63;
      low = low << 1 | (shown ? 1 : 0);
      frames = Math.min(frames + 1, 128);
      int many = Math.min(of, frames);
      return many <= 64
          ? Long.bitCount(low & -1L >>> 64 - many)
          : Long.bitCount(low) + Long.bitCount(high & -1L >>> 128 - many);
    }

    private void write(DataOutput out) throws IOException {
      out.writeLong(low);
      out.writeLong(high);
      out.writeByte(frames);
      out.writeLong(since);
      out.writeBoolean(fired);
    }

    private static Showing read(DataInput in) throws IOException {
      Showing showing = new Showing();
      showing.low = in.readLong();
      showing.high = in.readLong();
      showing.frames = in.readUnsignedByte();
      showing.since = in.readLong();
      showing.fired = in.readBoolean();
      return showing;
    }
  }

  final String version;

  /** By prompt. */
  final Map<String, Showing> showings = new TreeMap<>();

  /** Objects that have fired it and are still there. */
  final Set<String> fired = new TreeSet<>();

  /** The newest alert's time. */
  long lastFired = Micros.NEVER;

  /** When something of what nothing is to be seen was seen last, or the watch began. */
  long lastSeen = Micros.NEVER;

  /** The beginning of the absence or loss that has fired it. */
  long firedFor = Micros.NEVER;

  RuleWatch(String version) {
    this.version = version;
  }

  /** A new version begins anew, but for what has cooled down so far. */
  RuleWatch next(String nextVersion) {
    RuleWatch next = new RuleWatch(nextVersion);
    next.lastFired = lastFired;
    return next;
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    out.writeInt(showings.size());
    for (Map.Entry<String, Showing> entry : showings.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().write(out);
    }
    write(fired, out);
    out.writeLong(lastFired);
    out.writeLong(lastSeen);
    out.writeLong(firedFor);
  }

  static RuleWatch read(DataInput in) throws IOException {
    RuleWatch watch = new RuleWatch(in.readUTF());
    for (int i = in.readInt(); i > 0; i--) {
      watch.showings.put(in.readUTF(), Showing.read(in));
    }
    watch.fired.addAll(readTexts(in));
    watch.lastFired = in.readLong();
    watch.lastSeen = in.readLong();
    watch.firedFor = in.readLong();
    return watch;
  }

  static void write(Collection<String> texts, DataOutput out) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      out.writeUTF(text);
    }
  }

  static Set<String> readTexts(DataInput in) throws IOException {
    Set<String> texts = new TreeSet<>();
    for (int i = in.readInt(); i > 0; i--) {
      texts.add(in.readUTF());
    }
    return texts;
  }
}
