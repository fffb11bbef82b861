package dev.watchword.schemas;

import java.util.Map;

/**
 * The topics that Watchword creates and how each is kept. All keys are camera ids, so the records
 * of one camera stay in order.
 */
public enum Topic {
  /**
   * {@link SampledFrame}s of live cameras. Pictures are large and soon stale: minutes, and bounded
   * in bytes.
   */
  FRAMES(
      "frames",
      Map.of(
          "retention.ms", "600000",
          "retention.bytes", "134217728",
          "segment.bytes", "33554432",
          "max.message.bytes", "16777216",
          "compression.type", "uncompressed")),
  /**
   * {@link SampledFrame}s that an ingest process kept while the broker was away. Inferred when live
   * frames leave room, never alerted on as live.
   */
  FRAMES_LATE(
      "frames-late",
      Map.of(
          "retention.ms", "21600000",
          "retention.bytes", "268435456",
          "segment.bytes", "33554432",
          "max.message.bytes", "16777216",
          "compression.type", "uncompressed")),
  /** {@link FrameDetections}. Broker append time decides the archive's file boundaries. */
  DETECTIONS(
      "detections", Map.of("retention.ms", "604800000", "message.timestamp.type", "LogAppendTime")),
  /** The latest {@link CameraStatus} of each camera. */
  CAMERA_STATUS("camera-status", Map.of("cleanup.policy", "compact")),
  /** {@link DeadLetter}s of {@link #FRAMES} and {@link #FRAMES_LATE}. */
  FRAMES_DEAD_LETTER(
      "frames-dead-letter", Map.of("retention.ms", "259200000", "max.message.bytes", "16777216")),
  /** {@link DeadLetter}s of {@link #DETECTIONS}. */
  DETECTIONS_DEAD_LETTER(
      "detections-dead-letter",
      Map.of("retention.ms", "259200000", "max.message.bytes", "16777216"));

  private final String suffix;
  private final Map<String, String> settings;

  Topic(String suffix, Map<String, String> settings) {
    this.suffix = suffix;
    this.settings = settings;
  }

  /** The topic's full name under the given prefix, for example {@code watchword.frames}. */
  public String name(String prefix) {
    return prefix + suffix;
  }

  /** Kafka topic settings that differ from the broker's defaults. */
  public Map<String, String> settings() {
    return settings;
  }
}
