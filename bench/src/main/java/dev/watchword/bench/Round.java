package dev.watchword.bench;

import java.util.List;

/**
 * One pass over all pictures.
 *
 * @param wall seconds
 * @param cpu seconds of processor time, all threads
 * @param tokens the answer to each picture, the end token included
 */
record Round(double wall, double cpu, List<List<Integer>> tokens) {
  long same(Round other) {
    long same = 0;
    for (int i = 0; i < tokens.size(); i++) {
      same += tokens.get(i).equals(other.tokens.get(i)) ? 1 : 0;
    }
    return same;
  }
}
