package dev.watchword.paligemma;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * What runs the passes of rows: an engine, from pictures to chosen tokens. May be used by several
 * threads until it is closed.
 */
interface RowRunner extends AutoCloseable {
  /** Pictures as the engine keeps them for the first passes of rows. */
  interface Pictures extends AutoCloseable {
    @Override
    void close();
  }

  /** How many tokens the model knows. */
  int vocabulary();

  /** How many positions a picture takes. */
  int imageTokens();

  /** How many tokens a row may propose in one pass. */
  int mostProposals();

  /** How many tokens a prompt may have. */
  int mostPromptTokens();

  /**
   * @throws IllegalArgumentException in one sentence, when the engine cannot take such a prompt
   */
  void require(CompiledPrompt prompt);

  /** Memory for as many answers as can be decoded at the same time. */
  List<Slot> slots();

  /** As {@link dev.watchword.paligemma.engine.Generator#lanes}. */
  int lanes();

  /**
   * @param pixels {@code [count,3,side,side]}, which stay as they are until the pictures are closed
   */
  Pictures encode(FloatBuffer pixels, int count, int side);

  /**
   * The first pass of rows that have an empty slot; each takes its choices and its share of {@link
   * DeviceTime}.
   */
  void begin(Pictures pictures, List<Row> rows);

  /** A further pass of rows that have begun. */
  void advance(List<Row> rows);

  /** Memory of a device that the model takes; 0 on processors. */
  long deviceBytes();

  @Override
  void close();
}
