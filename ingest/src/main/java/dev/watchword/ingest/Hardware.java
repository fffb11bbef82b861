package dev.watchword.ingest;

/** What decodes a camera's video. */
public enum Hardware {
  /** The processor. */
  NONE,
  /** Whatever there is: CUDA before VAAPI, else the processor. */
  AUTO,
  /** An NVIDIA GPU. */
  CUDA,
  /** An Intel or AMD GPU, through the system's VAAPI driver. */
  VAAPI
}
