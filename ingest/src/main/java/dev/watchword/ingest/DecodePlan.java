package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_clone;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;

import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;

/**
 * Decides which of a stream's coded frames are decoded. Frames go in as they arrive and come out as
 * {@link #due()}, to be decoded in this order, or as {@link #passed()}, never to be decoded.
 *
 * <p>When no further sample is expected before the next key frame, which is predicted from the GOP
 * before, frames are held back. The key frame that ends the GOP lets them pass undecoded. If the
 * sampler wants one of them after all, or they get too many, all are decoded. So the sampled
 * pictures are those of a decoder that decodes everything.
 *
 * <p>While it is {@link #idle idle} only key frames are decoded, each by itself. To go on from the
 * last of them, it is decoded once more. Used by one thread; frees the packets that it still has on
 * close.
 */
final class DecodePlan implements AutoCloseable {
  /** More than a GOP of ordinary cameras; those with longer ones are decoded eagerly. */
  static final int MOST_HELD = 300;

  static final long MOST_HELD_BYTES = 16L << 20;

  /**
   * However rarely frames are sampled, a key frame is decoded after so long: so it is noticed when
   * a camera sends what cannot be decoded.
   */
  static final long PROOF_MICROS = 10_000_000;

  private final DecodeMode mode;
  private final Sampler sampler;
  private final KeyFrames keyFrames;
  private final Runnable overflowed;
  private final Queue<CodedFrame> due = new ArrayDeque<>();
  private final ArrayDeque<CodedFrame> held = new ArrayDeque<>();
  private final Queue<CodedFrame> passed = new ArrayDeque<>();
  private final TreeSet<Long> heldPts = new TreeSet<>();
  private long heldBytes;
  private long lastPts = Long.MIN_VALUE;
  private long sentPts = Long.MIN_VALUE;
  private long keyPts = Long.MIN_VALUE;
  private long decodedPts = Long.MIN_VALUE;
  private long gopMicros;
  private long stepMicros;
  private boolean idle;
  private boolean wakesAtKey;
  private CodedFrame idleKey;
  private long wokenPts = Long.MIN_VALUE;

  /**
   * @param sampler is only asked, never told of a frame
   * @param keyFrames tells which frames need nothing before them
   * @param overflowed runs each time that held frames are decoded because they are too many
   */
  DecodePlan(DecodeMode mode, Sampler sampler, KeyFrames keyFrames, Runnable overflowed) {
    this.mode = mode;
    this.sampler = sampler;
    this.keyFrames = keyFrames;
    this.overflowed = overflowed;
  }

  /**
   * Takes the next frame of the stream, in decoding order.
   *
   * @param pending presentation times of the frames that the decoder has not given out yet, and of
   *     those that passed and were not reported yet
   */
  void add(CodedFrame frame, NavigableSet<Long> pending) {
    if (frame.key()) {
      wokenPts = Long.MIN_VALUE;
    }
    if (wakesAtKey && frame.key()) {
      idle(false);
      wokenPts = frame.ptsMicros();
    }
    if (frame.timed() && frame.ptsMicros() < wokenPts) {
      // It is shown before the key frame that decoding begins with, and refers to what is not
      // there.
      passed.add(frame);
      return;
    }
    if (idle && frame.timed()) {
      idly(frame, pending);
      return;
    }
    switch (mode) {
      case EAGER -> due.add(frame);
      case KEYFRAMES -> (frame.key() ? due : passed).add(frame);
      case LAZY -> lazily(frame, pending);
    }
  }

  private void lazily(CodedFrame frame, NavigableSet<Long> pending) {
    if (!frame.timed()) {
      release();
      due.add(frame);
      return;
    }
    if (frame.key()) {
      endGop(frame);
    }
    note(frame);
    if (held.isEmpty() && !mayHold(frame, pending)) {
      decode(frame);
      return;
    }
    hold(frame);
    if (frame.ptsMicros() <= sentPts || isWanted(pending)) {
      release();
    } else if (held.size() > MOST_HELD || heldBytes > MOST_HELD_BYTES) {
      release();
      overflowed.run();
    }
  }

  /**
   * Changes what is decoded from the next frame on. The decoder must be drained before it gets more
   * when this begins.
   *
   * @return the presentation time of a frame that will be decoded once more; the smallest number
   *     when there is none
   */
  long idle(boolean now) {
    if (now) {
      wakesAtKey = false;
      if (!idle) {
        idle = true;
        held.addAll(due);
        due.clear();
        letPass();
      }
      return Long.MIN_VALUE;
    }
    if (!idle) {
      return Long.MIN_VALUE;
    }
    CodedFrame key = idleKey;
    idleKey = null;
    if (key == null) {
      boolean arrived = wakesAtKey;
      wakesAtKey = !arrived;
      idle = !arrived;
      return Long.MIN_VALUE;
    }
    idle = false;
    wokenPts = key.ptsMicros();
    sentPts = key.ptsMicros();
    decode(key);
    return wokenPts;
  }

  boolean isIdle() {
    return idle;
  }

  private void idly(CodedFrame frame, NavigableSet<Long> pending) {
    if (frame.key()) {
      noteGop(frame);
    }
    note(frame);
    TreeSet<Long> coming = new TreeSet<>(pending);
    coming.add(frame.ptsMicros());
    if (!frame.key() || !sampler.keepsAny(coming, frame.ptsMicros())) {
      passed.add(frame);
      return;
    }
    forgetIdleKey();
    idleKey =
        new CodedFrame(
            av_packet_clone(frame.packet()), true, frame.ptsMicros(), frame.arrivedMicros(), true);
    due.add(frame);
  }

  private void forgetIdleKey() {
    if (idleKey != null) {
      av_packet_free(idleKey.packet());
      idleKey = null;
    }
  }

  private void endGop(CodedFrame key) {
    if (keyFrames.standsAlone(key.packet())) {
      letPass();
    } else {
      release();
    }
    noteGop(key);
    sentPts = Long.MIN_VALUE;
  }

  private void noteGop(CodedFrame key) {
    if (keyPts != Long.MIN_VALUE) {
      gopMicros = Math.max(0, key.ptsMicros() - keyPts);
    }
    keyPts = key.ptsMicros();
  }

  private void note(CodedFrame frame) {
    if (lastPts != Long.MIN_VALUE && frame.ptsMicros() > lastPts) {
      stepMicros = frame.ptsMicros() - lastPts;
    }
    lastPts = frame.ptsMicros();
  }

  /** Whether the next key frame is expected before the next sample. */
  private boolean mayHold(CodedFrame frame, NavigableSet<Long> pending) {
    long nextKey = keyPts + gopMicros;
    return gopMicros > 0
        && !(frame.key() && frame.ptsMicros() - decodedPts >= PROOF_MICROS)
        && frame.ptsMicros() > sentPts
        && frame.ptsMicros() < nextKey
        && sampler.dueAfter(pending) >= nextKey - stepMicros / 2;
  }

  private boolean isWanted(NavigableSet<Long> pending) {
    TreeSet<Long> coming = new TreeSet<>(pending);
    coming.addAll(heldPts);
    return sampler.keepsAny(coming, heldPts.first());
  }

  private void hold(CodedFrame frame) {
    held.add(frame);
    heldPts.add(frame.ptsMicros());
    heldBytes += frame.bytes();
  }

  private void decode(CodedFrame frame) {
    due.add(frame);
    sentPts = Math.max(sentPts, frame.ptsMicros());
    decodedPts = frame.ptsMicros();
  }

  /** Whether what is decoded has nothing to do with what is decoded before and after it. */
  boolean decodesKeyFramesAlone() {
    return idle || mode == DecodeMode.KEYFRAMES;
  }

  /** No frame comes any more. */
  void end() {
    letPass();
  }

  private void letPass() {
    // Presentation order is what the sampler and the reader of this source expect.
    held.stream().sorted((a, b) -> Long.compare(a.ptsMicros(), b.ptsMicros())).forEach(passed::add);
    forget();
  }

  private void release() {
    held.forEach(this::decode);
    forget();
  }

  private void forget() {
    held.clear();
    heldPts.clear();
    heldBytes = 0;
  }

  /** The next frame to decode, which stays; null when there is none for now. */
  CodedFrame firstDue() {
    return due.peek();
  }

  /** The next frame to decode, null when there is none for now. */
  CodedFrame due() {
    return due.poll();
  }

  /** The next frame that is not decoded; null when there is none. */
  CodedFrame firstPassed() {
    return passed.peek();
  }

  CodedFrame passed() {
    return passed.poll();
  }

  /** Adds the presentation times of the passed frames that nobody has taken yet. */
  void addPassed(NavigableSet<Long> times) {
    passed.forEach(frame -> times.add(frame.ptsMicros()));
  }

  @Override
  public void close() {
    forgetIdleKey();
    for (Queue<CodedFrame> frames : List.of(due, held, passed)) {
      frames.forEach(frame -> av_packet_free(frame.packet()));
      frames.clear();
    }
  }
}
