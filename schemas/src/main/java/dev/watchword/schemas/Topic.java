package dev.watchword.schemas;

import java.util.Map;

/**
 * The topics that Watchword creates and how each is kept. Keys are camera ids, so the records of
 * one camera stay in order; those of {@link #COVERAGE} are {@link Ids#key}.
 */
public enum Topic {
  /**
   * The latest {@link Camera} of each id. Its partitions are what ingest processes share out among
   * them, so there are more than there will be processes.
   */
  CAMERAS("cameras", Map.of("cleanup.policy", "compact", "max.compaction.lag.ms", "86400000"), 16),
  /** Every version of each {@link Prompt}. */
  PROMPTS("prompts", Map.of("cleanup.policy", "compact")),
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
  /**
   * {@link SampledFrame}s of replays, under {@link Ids#replayKey}. Never dropped: what has been
   * answered is deleted by whoever runs the replay, who keeps few frames ahead.
   */
  FRAMES_REPLAY(
      "frames-replay",
      Map.of(
          "retention.ms", "604800000",
          "segment.bytes", "33554432",
          "max.message.bytes", "16777216",
          "compression.type", "uncompressed")),
  /** {@link FrameDetections}. Broker append time decides the archive's file boundaries. */
  DETECTIONS(
      "detections", Map.of("retention.ms", "604800000", "message.timestamp.type", "LogAppendTime")),
  /** {@link ObjectEvent}s. Broker append time decides the archive's file boundaries. */
  EVENTS("events", Map.of("retention.ms", "2419200000", "message.timestamp.type", "LogAppendTime")),
  /** The latest {@link AlertRule} of each id. */
  ALERT_RULES("alert-rules", Map.of("cleanup.policy", "compact")),
  /** {@link Alert}s. */
  ALERTS("alerts", Map.of("retention.ms", "2419200000")),
  /** {@link DeadLetter}s of {@link #ALERTS}: what a target would not take. */
  ALERTS_DEAD_LETTER(
      "alerts-dead-letter", Map.of("retention.ms", "2419200000", "max.message.bytes", "16777216")),
  /** {@link FrameDetections} of replays, under {@link Ids#replayKey}. */
  DETECTIONS_REPLAY(
      "detections-replay",
      Map.of("retention.ms", "604800000", "message.timestamp.type", "LogAppendTime")),
  /** {@link ObjectEvent}s of replays, under {@link Ids#replayKey}. */
  EVENTS_REPLAY(
      "events-replay",
      Map.of("retention.ms", "604800000", "message.timestamp.type", "LogAppendTime")),
  /** The latest {@link Replay} of each id. */
  REPLAYS("replays", Map.of("cleanup.policy", "compact", "segment.ms", "3600000")),
  /** The latest {@link CameraStatus} of each camera. */
  CAMERA_STATUS("camera-status", Map.of("cleanup.policy", "compact")),
  /** {@link Segment}s of recordings: as old as the recordings may be. */
  RECORDINGS("recordings", Map.of("retention.ms", "-1")),
  /** {@link EvidenceRequest}s. */
  EVIDENCE_REQUESTS("evidence-requests", Map.of("retention.ms", "259200000")),
  /** {@link DeadLetter}s of {@link #EVIDENCE_REQUESTS}. */
  EVIDENCE_REQUESTS_DEAD_LETTER(
      "evidence-requests-dead-letter",
      Map.of("retention.ms", "259200000", "max.message.bytes", "16777216")),
  /** {@link Evidence}: the answers. */
  EVIDENCE("evidence", Map.of("retention.ms", "259200000")),
  /**
   * {@link Coverage} of each camera, session and minute. A worker writes one with each batch, each
   * of which replaces the one before: compacted, and soon.
   */
  COVERAGE(
      "coverage",
      Map.of(
          "cleanup.policy", "compact,delete",
          "retention.ms", "2419200000",
          "segment.ms", "3600000")),
  /** {@link DeadLetter}s of {@link #FRAMES}, {@link #FRAMES_LATE} and {@link #FRAMES_REPLAY}. */
  FRAMES_DEAD_LETTER(
      "frames-dead-letter", Map.of("retention.ms", "259200000", "max.message.bytes", "16777216")),
  /** {@link DeadLetter}s of {@link #DETECTIONS} and {@link #DETECTIONS_REPLAY}. */
  DETECTIONS_DEAD_LETTER(
      "detections-dead-letter",
      Map.of("retention.ms", "259200000", "max.message.bytes", "16777216")),
  /** {@link DeadLetter}s of {@link #EVENTS} and {@link #EVENTS_REPLAY}. */
  EVENTS_DEAD_LETTER(
      "events-dead-letter", Map.of("retention.ms", "259200000", "max.message.bytes", "16777216"));

  private final String suffix;
  private final Map<String, String> settings;
  private final int fewestPartitions;

  Topic(String suffix, Map<String, String> settings) {
    this(suffix, settings, 1);
  }

  Topic(String suffix, Map<String, String> settings, int fewestPartitions) {
    this.suffix = suffix;
    this.settings = settings;
    this.fewestPartitions = fewestPartitions;
  }

  /** The topic's full name under the given prefix, for example {@code watchword.frames}. */
  public String name(String prefix) {
    return prefix + suffix;
  }

  /** How many partitions the topic needs, whatever the number that is set for all. */
  public int fewestPartitions() {
    return fewestPartitions;
  }

  /** Kafka topic settings that differ from the broker's defaults. */
  public Map<String, String> settings() {
    return settings;
  }
}
