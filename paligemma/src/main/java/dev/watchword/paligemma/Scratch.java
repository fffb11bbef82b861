package dev.watchword.paligemma;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Direct buffers that a forward pass reads and writes in place, kept between passes and grown when
 * needed. One caller at a time.
 */
final class Scratch {
  enum Use {
    PIXELS,
    FRAMES,
    TOKENS,
    POSITIONS,
    QUERY,
    BIAS,
    QUERY_BIAS,
    CACHE,
    ADDED,
    HIDDEN,
    ASKED,
    EXTRA,
    LOGITS,
    ALL_LOGITS
  }

  private final Map<Use, List<ByteBuffer>> buffers = new EnumMap<>(Use.class);

  /** Exactly {@code count} floats with whatever they held before. */
  FloatBuffer floats(Use use, int count) {
    return floats(use, 0, count);
  }

  /** As many buffers of exactly {@code count} floats. */
  FloatBuffer[] floatsOfEach(Use use, int buffers, int count) {
    FloatBuffer[] each = new FloatBuffer[buffers];
    for (int i = 0; i < buffers; i++) {
      each[i] = floats(use, i, count);
    }
    return each;
  }

  private FloatBuffer floats(Use use, int index, int count) {
    return bytes(use, index, Math.multiplyExact(count, Float.BYTES)).asFloatBuffer();
  }

  /** Exactly {@code count} integers with whatever they held before. */
  LongBuffer longs(Use use, int count) {
    return bytes(use, 0, Math.multiplyExact(count, Long.BYTES)).asLongBuffer();
  }

  private ByteBuffer bytes(Use use, int index, int count) {
    List<ByteBuffer> of = buffers.computeIfAbsent(use, any -> new ArrayList<>());
    while (of.size() <= index) {
      of.add(ByteBuffer.allocateDirect(0));
    }
    if (of.get(index).capacity() < count) {
      of.set(index, ByteBuffer.allocateDirect(count));
    }
    return of.get(index).duplicate().limit(count).order(ByteOrder.nativeOrder());
  }
}
