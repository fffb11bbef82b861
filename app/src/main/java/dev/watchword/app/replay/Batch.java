package dev.watchword.app.replay;

import dev.watchword.schemas.SampledFrame;
import java.util.List;

/**
 * Frames of one source that are published and answered together.
 *
 * @param sourceFrames sampled frames of the source that have been dealt with, these included
 * @param frames to be published, with what they are asked
 * @param unasked frames that no prompt was for
 * @param damaged frames of the video that could not be sampled
 * @param isLast of all sources nothing comes after it
 */
record Batch(
    Source source,
    long sourceFrames,
    List<SampledFrame> frames,
    int unasked,
    long damaged,
    boolean isLast) {}
