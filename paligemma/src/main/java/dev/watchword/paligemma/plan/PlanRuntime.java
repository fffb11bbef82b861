package dev.watchword.paligemma.plan;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Runs the plans of one model on one device, and keeps there the keys and values of all slots: for
 * each layer {@code [slots,kv,P,d]}, zero at first. One thread at a time in each {@link Lane}; the
 * two lanes may be at work together. A device that fails is a {@link
 * dev.watchword.paligemma.engine.LostDeviceException}.
 */
public interface PlanRuntime extends AutoCloseable {
  /** How many rows one call of {@link #wholeHead} takes at most. */
  int WHOLE_HEAD_ROWS = 64;

  /** What is at work independently of the other. */
  enum Lane {
    /** First passes: pictures and prompts. */
    PREFILL,
    /** Further passes of all rows that have begun. */
    STEP
  }

  /**
   * Direct memory in native order that the device reads and writes fastest, zero at first; it lasts
   * until the runtime is closed.
   */
  ByteBuffer hostMemory(int bytes);

  /**
   * Runs a pass, writes its rows' new keys and values into their slots and its choices into the
   * host's memory, and returns when they are there.
   */
  void run(PlanPass pass);

  /**
   * Chooses among all tokens at some rows of the lane's latest pass.
   *
   * @param from the first of the rows {@code hidden [R,H]}
   * @param rows not more than {@link #WHOLE_HEAD_ROWS}
   * @param choices {@code [rows,5]}
   */
  void wholeHead(Lane lane, int from, int rows, FloatBuffer choices);

  /** Bytes of the device's memory that the model takes: weights, slots and working space. */
  long deviceBytes();

  @Override
  void close();
}
