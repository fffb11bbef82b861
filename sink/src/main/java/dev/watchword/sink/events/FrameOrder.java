package dev.watchword.sink.events;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Puts the frames of one camera and prompt into their order, whatever order they come in.
 *
 * <p>A session's frames are counted, so the next one passes at once and waits for nobody. Behind a
 * gap frames are held until the missing one comes, or the camera's newest capture time is a grace
 * later. So are the first frames of a session that does not begin with its first, or that follows
 * another, whose last frames may still be on their way. The newest session wins: once a frame of it
 * has passed, the earlier ones are over, and what it saw before the last frame that passed is left
 * out, for a moment may have two owners.
 *
 * <p>Which frames pass, and in which order, depends on the frames alone and not on when they come.
 * Not thread-safe.
 */
final class FrameOrder {
  /** Why a frame was left out; the label of the metric. */
  enum LeftOut {
    /** It came after its turn, or again. */
    LATE,
    /** A newer session has taken over, or an older one has seen this moment already. */
    SUPERSEDED
  }

  /** Told of each frame that is left out. */
  interface Ledger {
    void leftOut(LeftOut reason);
  }

  /** Two owners of a camera overlap no longer: their group notices after 10 s. */
  private static final long OVERLAP_MICROS = 15_000_000;

  private static final int MOST_HELD = 256;
  private static final int PAST_SESSIONS = 8;

  /** A session that is thought to be over, and sends so many frames alone, is not. */
  private static final int LAST_WORD = 20;

  private static final long NEVER = Long.MIN_VALUE;

  private final long graceMicros;
  private final Ledger ledger;

  /** In the order in which they are to pass. */
  private final List<Observation> held = new ArrayList<>();

  private final Deque<String> past = new ArrayDeque<>();
  private String session = "";
  private long lastSequence = -1;
  private long lastAt = NEVER;
  private long newestAt = NEVER;

  /** The session in hand has not yet come to moments that the one before it had not seen. */
  private boolean overlapping;

  /** Frames of sessions that are thought to be over, since the last one of this session. */
  private int outvoted;

  FrameOrder(long graceMicros, Ledger ledger) {
    this.graceMicros = graceMicros;
    this.ledger = ledger;
  }

  /** Takes a frame and returns those whose turn has come. */
  List<Observation> offer(Observation frame) {
    if (isOver(frame.session()) && ++outvoted < LAST_WORD) {
      ledger.leftOut(LeftOut.SUPERSEDED);
      return List.of();
    }
    if (frame.session().equals(session) && frame.sequence() <= lastSequence || !hold(frame)) {
      ledger.leftOut(LeftOut.LATE);
      return List.of();
    }
    newestAt = Math.max(newestAt, frame.atMicros());
    return pass(false);
  }

  /** Returns all that is held: nothing more is expected to come. */
  List<Observation> drain() {
    return pass(true);
  }

  boolean isHolding() {
    return !held.isEmpty();
  }

  private boolean isOver(String other) {
    return !other.equals(session) && (past.contains(other) || precedes(other, session));
  }

  /** Whether one live connection began before another. Other sessions have no order. */
  private static boolean precedes(String one, String other) {
    return isOrdered(one) && isOrdered(other) && one.compareTo(other) < 0;
  }

  /** Whether it is a UUIDv7. */
  private static boolean isOrdered(String session) {
    return session.length() == 36 && session.charAt(14) == '7';
  }

  /** False when the frame is held already. */
  private boolean hold(Observation frame) {
    int at = held.size();
    while (at > 0 && comesBefore(frame, held.get(at - 1))) {
      at--;
    }
    if (at > 0 && held.get(at - 1).id().equals(frame.id())) {
      return false;
    }
    held.add(at, frame);
    return true;
  }

  private boolean comesBefore(Observation frame, Observation other) {
    if (frame.session().equals(other.session())) {
      return frame.sequence() < other.sequence();
    }
    return frame.session().equals(session) || precedes(frame.session(), other.session());
  }

  private List<Observation> pass(boolean all) {
    List<Observation> passed = new ArrayList<>();
    while (!held.isEmpty() && (all || isDue(held.getFirst()))) {
      Observation frame = held.removeFirst();
      if (begins(frame)) {
        passed.add(frame);
      }
    }
    return passed;
  }

  private boolean isDue(Observation frame) {
    boolean next =
        session.isEmpty()
            ? frame.sequence() == 0
            : frame.session().equals(session) && frame.sequence() == lastSequence + 1;
    return next || newestAt - frame.atMicros() >= graceMicros || held.size() > MOST_HELD;
  }

  /** Makes it the last frame; false when an earlier session has seen its moment. */
  private boolean begins(Observation frame) {
    boolean follows = !session.isEmpty() && !frame.session().equals(session);
    boolean overlaps =
        lastAt != NEVER && frame.atMicros() <= lastAt && frame.atMicros() > lastAt - OVERLAP_MICROS;
    if (follows) {
      past.addLast(session);
      if (past.size() > PAST_SESSIONS) {
        past.removeFirst();
      }
    }
    boolean skipped = overlaps && (follows || overlapping);
    overlapping = skipped;
    outvoted = 0;
    past.remove(frame.session());
    session = frame.session();
    lastSequence = frame.sequence();
    if (skipped) {
      ledger.leftOut(LeftOut.SUPERSEDED);
      return false;
    }
    if (lastAt != NEVER && frame.atMicros() < lastAt - Tracker.CLOCK_JUMP_MICROS) {
      newestAt = frame.atMicros();
      for (Observation later : held) {
        newestAt = Math.max(newestAt, later.atMicros());
      }
    }
    lastAt = frame.atMicros();
    return true;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(held.size());
    for (Observation frame : held) {
      frame.write(out);
    }
    out.writeInt(past.size());
    for (String one : past) {
      out.writeUTF(one);
    }
    out.writeUTF(session);
    out.writeLong(lastSequence);
    out.writeLong(lastAt);
    out.writeLong(newestAt);
    out.writeBoolean(overlapping);
    out.writeInt(outvoted);
  }

  void read(DataInput in) throws IOException {
    int frames = in.readInt();
    for (int i = 0; i < frames; i++) {
      held.add(Observation.read(in));
    }
    int sessions = in.readInt();
    for (int i = 0; i < sessions; i++) {
      past.addLast(in.readUTF());
    }
    session = in.readUTF();
    lastSequence = in.readLong();
    lastAt = in.readLong();
    newestAt = in.readLong();
    overlapping = in.readBoolean();
    outvoted = in.readInt();
  }
}
