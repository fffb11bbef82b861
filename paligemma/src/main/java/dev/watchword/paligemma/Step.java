package dev.watchword.paligemma;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * New positions for the rows of a batch, as one forward pass takes them, and where it puts its
 * results. All buffers are direct.
 *
 * @param text how many text tokens each row adds
 * @param steps how many positions each row adds: those of its image, if any, and its text
 * @param past how many positions each row has before
 * @param queries at how many of its new positions each row wants a result
 * @param seers how many rows of bias each row has: one for all its new positions, or one for each
 * @param frames which frame each row looks at, {@code [rows]}
 * @param tokens {@code [rows,text]}
 * @param positions {@code [rows,steps]}
 * @param query the wanted ones among {@code rows*steps}, {@code [rows,queries]}
 * @param bias {@code [rows,seers,past+steps]}, added to the attention scores; minus infinity hides
 *     a key
 * @param queryBias {@code [rows,queries,past+steps]}
 * @param cache keys and values of each layer in turn, {@code [rows,heads,past,headSize]}
 * @param added the new positions' keys and values, {@code [rows,heads,steps,headSize]}: a result
 * @param hidden {@code [rows,queries,hidden]}: a result
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Step(
    int rows,
    int text,
    int steps,
    int past,
    int queries,
    int seers,
    LongBuffer frames,
    LongBuffer tokens,
    LongBuffer positions,
    LongBuffer query,
    FloatBuffer bias,
    FloatBuffer queryBias,
    FloatBuffer[] cache,
    FloatBuffer[] added,
    FloatBuffer hidden) {}
