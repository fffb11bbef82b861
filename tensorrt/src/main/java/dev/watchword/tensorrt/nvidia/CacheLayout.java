package dev.watchword.tensorrt.nvidia;

/**
 * Where keys and values of all layers lie in one piece of memory, one cache after the other, so
 * that all layers' positions of a row are copied at once, as a box of memory. Each cache is {@code
 * [rows,heads,positions,size]} and begins where TensorRT wants a tensor to begin.
 *
 * @param caches two for each layer
 * @param blocks rows times heads
 * @param pitch bytes of one head of one row
 * @param height how many pitches a cache takes, a few more than {@code blocks} where need be
 */
record CacheLayout(int caches, long blocks, long pitch, long height) {
  static CacheLayout of(int caches, long rows, long heads, long positions, long positionBytes) {
    long pitch = positions * positionBytes;
    long step = DeviceBuffer.ALIGNMENT / gcd(pitch, DeviceBuffer.ALIGNMENT);
    long blocks = rows * heads;
    return new CacheLayout(caches, blocks, pitch, (blocks + step - 1) / step * step);
  }

  private static long gcd(long one, long other) {
    return other == 0 ? one : gcd(other, one % other);
  }

  /** Where a cache begins. */
  long offset(int cache) {
    return cache * pitch * height;
  }

  long bytes() {
    return caches * pitch * height;
  }
}
