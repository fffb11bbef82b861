package dev.watchword.paligemma;

/** Keys and values of one answer's positions, wherever they are kept. One user at a time. */
interface Slot {
  /** Which of the slots this is, from 0; lower ones are taken first. */
  int index();

  /** Empties the slot and makes room for {@code positions}. */
  void reserve(int positions);

  /** How many positions it holds. */
  int length();

  /** Takes back the latest positions, so that {@code length} remain. */
  void cutTo(int length);
}
