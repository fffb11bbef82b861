package dev.watchword.ingest;

/** Which of a camera's frames are decoded. */
public enum DecodeMode {
  /** Every frame. */
  EAGER,
  /**
   * Those that a sampled frame is predicted from: the rest of each GOP after its last sampled frame
   * is left out. The sampled pictures are those of {@link #EAGER}, bit for bit.
   */
  LAZY,
  /** Key frames alone: the sampling rate is then at most that of the camera's key frames. */
  KEYFRAMES
}
