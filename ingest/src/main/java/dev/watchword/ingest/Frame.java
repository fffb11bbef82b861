package dev.watchword.ingest;

import dev.watchword.schemas.CaptureClock;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * A frame of a stream. The picture is native memory of the source and valid until its next {@link
 * FrameSource#next()} or close.
 *
 * @param picture null when sampling leaves the frame out: it was not decoded, or its picture stayed
 *     on the device that decoded it
 * @param ptsMicros presentation time in the stream
 * @param capturedAtMicros UTC; never less than the frame's before it in the session
 * @param quality of the capture time
 * @param epoch counts the jumps of the stream's own time in the session
 * @param arrivedAtMicros UTC, when the packet that completed the frame was read
 * @param broken the decoder concealed errors in this frame, or lost data before it
 */
record Frame(
    AVFrame picture,
    long ptsMicros,
    long capturedAtMicros,
    ClockQuality quality,
    int epoch,
    long arrivedAtMicros,
    boolean keyFrame,
    boolean broken,
    int width,
    int height,
    String codec) {
  CaptureClock clock() {
    return quality.clock();
  }

  boolean isDecoded() {
    return picture != null;
  }
}
