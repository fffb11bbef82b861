package dev.watchword.ingest;

/** One connection to a camera, or one reading of a file. Used by one thread. */
interface FrameSource extends AutoCloseable {
  /** Opens the source a camera names; the seam at which tests put their own. */
  interface Opener {
    /**
     * Connects, within the camera's open timeout. {@code stop} ends it early.
     *
     * @throws SourceFailure when the camera cannot be reached or gives no video
     */
    FrameSource open(CameraConfig camera, StopSignal stop) throws SourceFailure;
  }

  /**
   * Tells the source which frames will be wanted, before the first is read; it may then leave out
   * decoding others. Every frame is decoded if this is never called.
   *
   * @param sampler is told of each frame by whoever reads this source
   */
  default void sampledBy(Sampler sampler, CameraMetrics metrics) {}

  /**
   * Tells the source, after each frame that was looked at, whether key frames alone will do from
   * now on. When they do no more, the frames after the last one given out are decoded again.
   */
  default void idle(boolean now) {}

  /** Lets the tap see the packets of this session, before the first is read. */
  default void tappedBy(PacketTap tap, String session) {}

  /**
   * The next frame, decoded if it is wanted; waits for it at most the camera's read timeout.
   *
   * @throws SourceFailure when the stream stalls, breaks or ends; the source can only be closed
   *     then
   */
  Frame next() throws SourceFailure;

  /** Whether the end of this source is its natural end, so that it must not be opened again. */
  boolean isFinite();

  @Override
  void close();
}
