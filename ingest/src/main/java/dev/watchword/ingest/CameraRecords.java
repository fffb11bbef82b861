package dev.watchword.ingest;

import dev.watchword.ingest.placement.Credentials;
import dev.watchword.schemas.Camera;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Cameras as the topic {@code cameras} holds them: the keys of the file, references unresolved. */
public final class CameraRecords {
  /** Stands for a URL that may hold a secret and so stays in the file. */
  static final String OWN_URL = "${config:url}";

  private CameraRecords() {}

  /**
   * The entry of a camera of the file.
   *
   * @param written the camera's keys, {@code url} among them
   */
  static Camera seed(String id, Map<String, String> written, String seeder, Instant now) {
    String url = written.get("url");
    return record(
        id, Credentials.in(url).isPresent() ? OWN_URL : url, settings(written), seeder, now);
  }

  /**
   * The entry of a camera that is made or changed while running.
   *
   * @throws ConfigException when it could not be run, or the URL may hold a secret
   */
  public static Camera running(String id, String url, Map<String, String> settings, Instant now) {
    if (!CameraConfig.ID.matcher(id).matches()) {
      throw new ConfigException("camera " + id + ": " + IngestConfig.ID_RULE);
    }
    Camera camera = record(id, url, settings, null, now);
    if (!url.equals(OWN_URL)) {
      Credentials.in(url)
          .ifPresent(
              sentence -> {
                throw new ConfigException("camera " + id + ": url: " + sentence);
              });
      // The references lead somewhere in the ingest process, not here.
      config(camera, Map.of(), name -> "unknown");
    }
    return camera;
  }

  /** The entry of a camera that was removed while running. */
  public static Camera removed(Camera camera, Instant now) {
    return Camera.newBuilder(camera).setSeededBy(null).setRemoved(true).setChangedAt(now).build();
  }

  private static Camera record(
      String id, String url, Map<String, String> settings, String seeder, Instant now) {
    return new Camera(id, url, settings, seeder, false, now);
  }

  private static Map<String, String> settings(Map<String, String> written) {
    Map<String, String> settings = new HashMap<>(written);
    settings.remove("url");
    return settings;
  }

  /**
   * The camera as it is to be run here.
   *
   * @param ownUrls what this process's file says for {@link #OWN_URL}, by id
   * @throws ConfigException when it cannot be run
   */
  static CameraConfig config(
      Camera camera, Map<String, String> ownUrls, UnaryOperator<String> environment) {
    Map<String, String> written = new HashMap<>(camera.getSettings());
    written.put("url", url(camera, ownUrls));
    Section section = ConfigFile.of("camera " + camera.getId(), written, environment);
    CameraConfig config = IngestConfig.camera(camera.getId(), section);
    section.rejectUnknown();
    return config;
  }

  private static String url(Camera camera, Map<String, String> ownUrls) {
    if (!camera.getUrl().equals(OWN_URL)) {
      return camera.getUrl();
    }
    String own = ownUrls.get(camera.getId());
    if (own == null) {
      throw new ConfigException(
          "camera "
              + camera.getId()
              + ": its URL holds a secret and stands in another process's configuration file; put"
              + " the secret into an environment variable and write ${env:NAME} in its place");
    }
    return own;
  }
}
