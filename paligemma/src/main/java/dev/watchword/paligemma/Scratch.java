package dev.watchword.paligemma;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * Direct buffers that a forward pass reads and writes in place, kept between passes and grown when
 * needed. One caller at a time.
 */
final class Scratch {
  enum Use {
    PIXELS,
    LOGITS,
    BIAS,
    FRAMES,
    TOKENS,
    POSITIONS,
    LAST
  }

  private final Map<Use, ByteBuffer> buffers = new EnumMap<>(Use.class);

  /** Exactly {@code count} floats with whatever they held before. */
  FloatBuffer floats(Use use, int count) {
    return bytes(use, Math.multiplyExact(count, Float.BYTES)).asFloatBuffer();
  }

  /** Exactly {@code count} integers with whatever they held before. */
  LongBuffer longs(Use use, int count) {
    return bytes(use, Math.multiplyExact(count, Long.BYTES)).asLongBuffer();
  }

  private ByteBuffer bytes(Use use, int count) {
    ByteBuffer buffer = buffers.get(use);
    if (buffer == null || buffer.capacity() < count) {
      buffer = ByteBuffer.allocateDirect(count);
      buffers.put(use, buffer);
    }
    return buffer.duplicate().limit(count).order(ByteOrder.nativeOrder());
  }
}
