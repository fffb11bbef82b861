package dev.watchword.app;

import dev.watchword.ingest.CameraRecords;
import dev.watchword.ingest.placement.CameraTopic;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword camera}: adds, changes, removes and lists cameras while everything runs. */
@Command(
    name = "camera",
    description = "Adds, changes, removes and lists cameras while everything runs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CameraCommand.Add.class,
      CameraCommand.Change.class,
      CameraCommand.Remove.class,
      CameraCommand.Listing.class
    })
final class CameraCommand {
  private CameraCommand() {}

  @Command(
      name = "add",
      description = "Adds a camera; an ingest process takes it within a second.",
      mixinStandardHelpOptions = true)
  static final class Add extends KafkaCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The camera's name.")
    private String id;

    @Parameters(
        index = "1",
        paramLabel = "URL",
        description =
            "Write credentials as '$${env:NAME}': each ingest process resolves them for itself.")
    private String url;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "A key of the camera as in the configuration file, such as sample=1/s.")
    private Map<String, String> settings = new HashMap<>();

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      CameraTopic topic = new CameraTopic(kafka);
      Camera present = topic.read().get(id);
      if (present != null && !present.getRemoved()) {
        throw new CommandFailure(
            "there is a camera " + id + " already; change it with 'watchword camera change'");
      }
      topic.write(Map.of(id, CameraRecords.running(id, url, settings, Instant.now())));
    }
  }

  @Command(
      name = "change",
      description = "Changes some keys of a camera; no other camera is touched.",
      mixinStandardHelpOptions = true)
  static final class Change extends EntryCommand {
    @Option(names = "--url", paramLabel = "URL", description = "A new URL.")
    private String url;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "A key as in the configuration file; without a value its default.")
    private Map<String, String> settings = new HashMap<>();

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      CameraTopic topic = new CameraTopic(kafka);
      Camera present = known("camera", topic.read(), Camera::getRemoved);
      Map<String, String> changed = new HashMap<>(present.getSettings());
      settings.forEach(
          (key, value) -> {
            if (value.isEmpty()) {
              changed.remove(key);
            } else {
              changed.put(key, value);
            }
          });
      Camera next =
          CameraRecords.running(id(), url == null ? present.getUrl() : url, changed, Instant.now());
      topic.write(Map.of(id(), next));
    }
  }

  @Command(
      name = "remove",
      description = "Removes a camera, also one that the configuration file names.",
      mixinStandardHelpOptions = true)
  static final class Remove extends EntryCommand {
    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      CameraTopic topic = new CameraTopic(kafka);
      Camera present = known("camera", topic.read(), Camera::getRemoved);
      topic.write(Map.of(id(), CameraRecords.removed(present, Instant.now())));
    }
  }

  @Command(
      name = "list",
      description = "Lists the cameras and their states.",
      mixinStandardHelpOptions = true)
  static final class Listing extends KafkaCommand {
    private static final String ROW = "%-16s %-11s %-9s %s%n";

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      CameraTopic topic = new CameraTopic(kafka);
      Map<String, CameraStatus> states =
          LatestRecords.read(kafka, Topic.CAMERA_STATUS, CameraStatus.class);
      System.out.printf(ROW, "camera", "state", "from", "url and settings");
      for (Camera camera : topic.read().values()) {
        if (!camera.getRemoved()) {
          CameraStatus status = states.get(camera.getId());
          System.out.printf(
              ROW,
              camera.getId(),
              status == null ? "-" : status.getState(),
              camera.getSeededBy() == null ? "run time" : "file",
              described(camera));
        }
      }
    }

    private static String described(Camera camera) {
      return new TreeMap<>(camera.getSettings())
          .entrySet().stream()
              .map(entry -> " " + entry.getKey() + "=" + entry.getValue())
              .collect(Collectors.joining("", camera.getUrl(), ""));
    }
  }
}
