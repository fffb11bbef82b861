package dev.watchword.ingest;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import dev.watchword.service.zones.Zones;
import dev.watchword.storage.StorageConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What ingest reads from the file.
 *
 * @param cameras in the file's order; there may be none
 * @param entries the same cameras as they are written
 * @param seeder names this file among those that put cameras on the topic
 * @param outbox where frames wait while the broker is away; empty to drop them
 * @param recordings the directory of recordings
 * @param storage where evidence is put
 */
public record IngestConfig(
    List<CameraConfig> cameras,
    List<Entry> entries,
    String seeder,
    Optional<OutboxConfig> outbox,
    Path recordings,
    StorageConfig storage) {
  static final String ID_RULE =
      "a camera's name has 1 to 63 lower-case letters, digits, '-' or '_' and begins with a letter"
          + " or digit";
  static final double SAMPLES_PER_SECOND = 2;
  static final int PICTURE = 640;
  static final int QUALITY = 3;
  static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);
  static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
  private static final int LARGEST_PICTURE = 8192;
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

  private static final long OUTBOX_BYTES = 512L << 20;
  private static final long SMALLEST_OUTBOX = 1L << 20;

  /**
   * @param bytes that it may take
   */
  public record OutboxConfig(Path directory, long bytes) {}

  /**
   * A camera as the file writes it.
   *
   * @param written may hold a password
   */
  record Entry(String id, Map<String, String> written) {
    @Override
    public String toString() {
      return id;
    }
  }

  public IngestConfig {
    cameras = List.copyOf(cameras);
    entries = List.copyOf(entries);
  }

  /**
   * Reads {@code cameras:} and {@code outbox:}; the storage is named elsewhere in the file. Throws
   * {@link dev.watchword.service.config.ConfigException} that names file, line and key.
   */
  public static IngestConfig from(Section root, StorageConfig storage) {
    Section cameras = root.section("cameras");
    List<CameraConfig> list = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    root.sections("cameras")
        .forEach(
            (id, section) -> {
              if (!CameraConfig.ID.matcher(id).matches()) {
                throw cameras.wrong(id, ID_RULE);
              }
              list.add(camera(id, section));
              entries.add(new Entry(id, section.written()));
            });
    Path data = Path.of(root.text("data", "watchword-data")).toAbsolutePath().normalize();
    return new IngestConfig(
        list, entries, host() + ":" + data, outbox(root, data), recordings(storage, data), storage);
  }

  /** Video is written where a file can grow. */
  private static Path recordings(StorageConfig storage, Path data) {
    return storage instanceof StorageConfig.Directory directory
        ? directory.root()
        : data.resolve("storage");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static Optional<OutboxConfig> outbox(Section root, Path data) {
    Section outbox = root.section("outbox");
    Path directory = outbox.optionalText("directory").map(Path::of).orElse(data.resolve("outbox"));
    long bytes = outbox.bytes("size", OUTBOX_BYTES);
    if (bytes == 0) {
      return Optional.empty();
    }
    if (bytes < SMALLEST_OUTBOX) {
      throw outbox.wrong("size", "must be at least 1MiB, or 0B for no outbox");
    }
    return Optional.of(new OutboxConfig(directory.toAbsolutePath().normalize(), bytes));
  }

  static CameraConfig camera(String id, Section section) {
    // Drawn for the events' sake; a mistake shows here, where cameras are checked.
    Zones.from(section);
    return new CameraConfig(
        id,
        url(section),
        rate(section),
        section.choice("transport", Transport.TCP),
        TlsConfig.from(section),
        picture(section),
        section.integer("quality", QUALITY, 2, 31),
        section.choice("decode", DecodeMode.LAZY),
        section.choice("hardware", Hardware.NONE),
        section.has("gate")
            ? Optional.of(GateConfig.from(section.section("gate")))
            : Optional.empty(),
        section.has("recording")
            ? Optional.of(RecordingConfig.from(section.section("recording")))
            : Optional.empty(),
        EvidenceConfig.from(section.section("evidence")),
        timeout(section, "open-timeout", OPEN_TIMEOUT),
        timeout(section, "read-timeout", READ_TIMEOUT));
  }

  private static CameraUrl url(Section section) {
    Secret url = section.secret("url").orElseThrow(() -> section.wrong("url", "is missing"));
    try {
      return CameraUrl.of(url);
    } catch (IllegalArgumentException e) {
      throw section.wrong("url", e.getMessage());
    }
  }

  private static double rate(Section section) {
    double rate = section.perSecond("sample", SAMPLES_PER_SECOND);
    if (rate <= 0 || rate > 120) {
      throw section.wrong("sample", "must be above 0 and at most 120/s, such as 2/s or 30/m");
    }
    return rate;
  }

  private static int picture(Section section) {
    int picture = section.integer("picture", PICTURE, 0, LARGEST_PICTURE);
    if (picture != 0 && picture < 32) {
      throw section.wrong(
          "picture", "must be at least 32 pixels, or 0 for the source's size, not " + picture);
    }
    return picture;
  }

  private static Duration timeout(Section section, String key, Duration otherwise) {
    Duration timeout = section.duration(key, otherwise);
    if (timeout.toMillis() < 100 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw section.wrong(key, "must be between 100ms and 10m");
    }
    return timeout;
  }
}
