package dev.watchword.paligemma;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * New positions for the rows of a batch, as one forward pass takes them. All buffers are direct.
 *
 * @param text how many text tokens each row adds
 * @param steps how many positions each row adds: those of its image, if any, and its text
 * @param keys how many positions each row then has
 * @param frames which frame each row looks at, {@code [rows]}
 * @param tokens {@code [rows,text]}
 * @param positions {@code [rows,steps]}
 * @param bias {@code [rows,keys]}, added to the attention scores; minus infinity hides a key
 * @param last index of each row's last position among {@code rows*steps}, {@code [rows]}
 */
record Step(
    int rows,
    int text,
    int steps,
    int keys,
    LongBuffer frames,
    LongBuffer tokens,
    LongBuffer positions,
    FloatBuffer bias,
    LongBuffer last) {}
