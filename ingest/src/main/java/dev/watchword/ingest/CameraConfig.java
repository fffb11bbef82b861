package dev.watchword.ingest;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One camera as the file describes it.
 *
 * @param id lower-case letters, digits, '-' and '_', at most 63
 * @param samplesPerSecond frames that are published in a second of the stream
 * @param tls whom it believes to be the camera, where it connects over TLS
 * @param picture long side of the published JPEG in pixels; 0 keeps the source's size. Larger than
 *     the source it keeps the source's size too
 * @param quality FFmpeg's qscale of the JPEG, 2 (best) to 31
 * @param decode which frames are decoded
 * @param hardware what decodes
 * @param gate lets only frames with motion pass; empty for all
 * @param recording how it is recorded; empty when it is not
 * @param evidence what of its video is kept in memory for requests
 * @param openTimeout bounds connecting, log-in and stream description together
 * @param readTimeout how long a live stream may be silent before it counts as stalled
 */
public record CameraConfig(
    String id,
    CameraUrl url,
    double samplesPerSecond,
    Transport transport,
    TlsConfig tls,
    int picture,
    int quality,
    DecodeMode decode,
    Hardware hardware,
    Optional<GateConfig> gate,
    Optional<RecordingConfig> recording,
    EvidenceConfig evidence,
    Duration openTimeout,
    Duration readTimeout) {
  static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  /** How RTSP carries the stream, and who connects to whom. */
  public enum Transport {
    TCP,
    UDP,
    /** TCP where the camera can, else UDP. */
    PREFER_TCP,
    /** The camera connects to us and pushes; also for RTMP, SRT, TCP and HTTP. */
    LISTEN
  }

  public CameraConfig {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(decode, "decode");
    Objects.requireNonNull(hardware, "hardware");
    Objects.requireNonNull(gate, "gate");
    Objects.requireNonNull(recording, "recording");
    Objects.requireNonNull(evidence, "evidence");
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("not a camera id: " + id);
    }
    if (!(samplesPerSecond > 0)) {
      throw new IllegalArgumentException("samplesPerSecond must be above 0");
    }
  }

  CameraConfig withTransport(Transport other) {
    return new CameraConfig(
        id,
        url,
        samplesPerSecond,
        other,
        tls,
        picture,
        quality,
        decode,
        hardware,
        gate,
        recording,
        evidence,
        openTimeout,
        readTimeout);
  }

  /** The same camera, sampled at another rate. */
  public CameraConfig withSamplesPerSecond(double rate) {
    return new CameraConfig(
        id,
        url,
        rate,
        transport,
        tls,
        picture,
        quality,
        decode,
        hardware,
        gate,
        recording,
        evidence,
        openTimeout,
        readTimeout);
  }

  /** With both timeouts the same. */
  CameraConfig withTimeouts(Duration timeout) {
    return new CameraConfig(
        id,
        url,
        samplesPerSecond,
        transport,
        tls,
        picture,
        quality,
        decode,
        hardware,
        gate,
        recording,
        evidence,
        timeout,
        timeout);
  }

  /** A camera with the defaults of the file. */
  public static CameraConfig of(String id, CameraUrl url) {
    return new CameraConfig(
        id,
        url,
        IngestConfig.SAMPLES_PER_SECOND,
        Transport.TCP,
        TlsConfig.DEFAULT,
        IngestConfig.PICTURE,
        IngestConfig.QUALITY,
        DecodeMode.LAZY,
        Hardware.NONE,
        Optional.empty(),
        Optional.empty(),
        EvidenceConfig.DEFAULT,
        IngestConfig.OPEN_TIMEOUT,
        IngestConfig.READ_TIMEOUT);
  }

  /** The same camera, decoded in another way. */
  public CameraConfig with(DecodeMode mode) {
    return new CameraConfig(
        id,
        url,
        samplesPerSecond,
        transport,
        tls,
        picture,
        quality,
        mode,
        hardware,
        gate,
        recording,
        evidence,
        openTimeout,
        readTimeout);
  }
}
