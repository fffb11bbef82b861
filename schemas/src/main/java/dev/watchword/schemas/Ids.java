package dev.watchword.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The identities on the wire and how they are made. */
public final class Ids {
  private Ids() {}

  /**
   * A UUIDv7 (RFC 9562, 5.7) for one live connection: sessions sort by the time at which they
   * began.
   */
  public static String session(Clock clock, RandomGenerator random) {
    long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /**
   * The version of a prompt: the first 8 hex digits of the SHA-256 of its text, the same wherever
   * it is computed.
   */
  public static String promptVersion(String text) {
    return HexFormat.of().formatHex(sha256(text), 0, 4);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * The version of an alert rule: the first 8 hex digits of the SHA-256 of its settings, sorted by
   * key.
   */
  public static String ruleVersion(Map<String, String> settings) {
    return promptVersion(new TreeMap<>(settings).toString());
  }

  /** The object's name under which the answer to a request for evidence is stored. */
  public static String evidenceName(EvidenceRequest request) {
    return "evidence/"
        + request.getCamera()
        + "/"
        + request.getMoment().atOffset(ZoneOffset.UTC).toLocalDate()
        + "/"
        + request.getId()
        + (request.getKind() == EvidenceKind.CLIP ? ".mp4" : ".jpg");
  }

  /** The key of a prompt's version: a later record with the same moment replaces it. */
  public static String key(Prompt version) {
    return version.getId() + "/" + version.getEffectiveFrom();
  }

  /**
   * The id of an object's stay: a UUIDv8 (RFC 9562, 5.8) of the first frame's capture time and a
   * hash, so that ids sort by time and the same detections give the same id.
   *
   * @param first the frame in which the object was seen first
   * @param number tells objects with the same first frame, prompt and label apart
   */
  public static String event(
      FrameId first, Instant capturedAt, String promptId, String label, int number) {
    return derived(capturedAt, text(first), promptId, label, Integer.toString(number));
  }

  /**
   * The id of an alert, made as those of objects' stays are: the same rule fired by the same thing
   * gives the same id.
   *
   * @param what fired it, told apart from all else that may fire the rule at the camera
   */
  public static String alert(
      String rule, String ruleVersion, String camera, Instant at, String what) {
    return derived(at, rule, ruleVersion, camera, what);
  }

  /**
   * The session of a recording: a UUIDv8 of the moment at which it begins and a hash of what it is,
   * the same whenever it is played.
   *
   * @param content what tells it from other recordings, such as a digest of the file
   */
  public static String recording(Instant start, String content) {
    return derived(start, content);
  }

  private static String derived(Instant time, String... parts) {
    ByteBuffer hash = ByteBuffer.wrap(sha256(String.join("\n", parts)));
    long high = (time.toEpochMilli() << 16) | 0x8000L | (hash.getLong() & 0x0fffL);
    long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /** The key of all that a replay says of a camera. */
  public static String replayKey(String replay, String camera) {
    return replay + "/" + camera;
  }

  /** {@code camera/session/sequence}, as logs and file names show it. */
  public static String text(FrameId id) {
    return id.getCamera() + "/" + id.getSession() + "/" + id.getSequence();
  }

  /** The key under which a later record replaces this one. */
  public static String key(Coverage record) {
    return String.join(
        "/",
        record.getCamera(),
        record.getSession(),
        record.getMinute().toString(),
        record.getService().name(),
        record.getProcess(),
        record.getPrompt());
  }
}
