package dev.watchword.paligemma.graph;

/** What engines spell differently: everything else in a graph is the same for all of them. */
interface Operators {
  /** {@code gain * x / rms(x)} over the last axis, in 32-bit floats. */
  String rmsNorm(String x, String gain, float epsilon);

  /**
   * Rotates the first half of each head against its second by the angles in the graph's constants
   * {@code cos} and {@code sin}.
   *
   * @param x {@code [B,heads,S,d]} in 32-bit floats
   * @param positions {@code [B,S]}
   * @param half half the size of a head
   */
  OnnxGraph.Node rotate(String x, String positions, int half);

  /**
   * {@code scale * q kᵀ} in 32-bit floats.
   *
   * @param queries {@code [B,kv,Q,d]} as a factor
   * @param keys {@code [B,kv,A,d]} as a factor
   */
  String scores(String queries, String keys, float scale);

  /**
   * Attention of all rows of a picture to all of them.
   *
   * @param queries {@code [B*N,hidden]} in 32-bit floats, as are {@code keys} and {@code values}
   * @return {@code [B*N,hidden]} in 32-bit floats
   */
  String selfAttention(
      String queries, String keys, String values, int positions, int heads, int hidden);
}
