package dev.watchword.app;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import dev.watchword.service.kafka.RecordsSince;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.alerts.Places;
import dev.watchword.sink.alerts.Rule;
import dev.watchword.sink.alerts.RuleTopic;
import dev.watchword.sink.alerts.RulesFile;
import dev.watchword.sink.events.CameraZones;
import dev.watchword.sink.events.RulePreview;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword rule}: alert rules, set, removed, listed and tried while everything runs. */
@Command(
    name = "rule",
    description = "Sets, removes, lists and tries alert rules while everything runs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      RuleCommand.Setting.class,
      RuleCommand.Remove.class,
      RuleCommand.Listing.class,
      RuleCommand.Show.class,
      RuleCommand.Preview.class
    })
final class RuleCommand {
  private static final String FILE =
      "Rules by their names, as under alerts.rules of a configuration file; or such a file.";

  private RuleCommand() {}

  private static List<Rule> rules(Path file) {
    List<Rule> rules = RulesFile.of(ConfigFile.read(file));
    if (rules.isEmpty()) {
      throw new CommandFailure(
          file + " names no rule; write such as 'visitor: {when: present, label: person}'");
    }
    return rules;
  }

  private static Collection<Camera> cameras(KafkaSettings kafka) throws InterruptedException {
    return LatestRecords.read(kafka, Topic.CAMERAS, Camera.class).values().stream()
        .filter(camera -> !camera.getRemoved())
        .toList();
  }

  private static void warn(List<Rule> rules, Collection<Camera> cameras) {
    Map<String, Zones> drawn = CameraZones.drawn(cameras);
    for (Rule rule : rules) {
      Places.missing(rule, drawn)
          .ifPresent(sentence -> System.err.println("warning: " + rule.id() + ": " + sentence));
    }
  }

  @Command(
      name = "set",
      description = "Adds the rules of a file, or changes them; takes effect at once.",
      mixinStandardHelpOptions = true)
  static final class Setting extends KafkaCommand {
    @Parameters(paramLabel = "FILE", description = FILE)
    private Path file;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      Map<String, AlertRule> entries = new LinkedHashMap<>();
      List<Rule> rules = rules(file);
      warn(rules, cameras(kafka));
      for (Rule rule : rules) {
        entries.put(rule.id(), RuleTopic.entry(rule, null, Instant.now()));
      }
      new RuleTopic(kafka).write(entries);
      entries.forEach((id, entry) -> System.out.println(id + " version " + entry.getVersion()));
    }
  }

  @Command(
      name = "remove",
      description = "Removes a rule, also one that the configuration file names.",
      mixinStandardHelpOptions = true)
  static final class Remove extends EntryCommand {
    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      RuleTopic topic = new RuleTopic(kafka);
      AlertRule entry = known("rule", topic.read(), AlertRule::getRemoved);
      topic.write(Map.of(id(), RuleTopic.removed(entry, Instant.now())));
    }
  }

  @Command(
      name = "list",
      description = "Lists the rules that stand.",
      mixinStandardHelpOptions = true)
  static final class Listing extends KafkaCommand {
    private static final String ROW = "%-20s %-9s %-9s %-16s %-15s %s%n";

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      Collection<AlertRule> entries = new RuleTopic(kafka).read().values();
      System.out.printf(ROW, "rule", "version", "from", "cameras", "when", "settings");
      for (AlertRule entry : entries) {
        if (!entry.getRemoved()) {
          print(entry);
        }
      }
    }

    private static void print(AlertRule entry) {
      Map<String, String> rest = new TreeMap<>(entry.getSettings());
      String cameras = rest.remove("cameras");
      String when = rest.remove("when");
      System.out.printf(
          ROW,
          entry.getId(),
          entry.getVersion(),
          entry.getSeededBy() == null ? "run time" : "file",
          cameras == null ? "all" : cameras.replaceAll("[\\[\\]\"]", ""),
          when,
          rest.entrySet().stream()
              .map(setting -> setting.getKey() + "=" + setting.getValue())
              .collect(Collectors.joining(" ")));
    }
  }

  @Command(
      name = "show",
      description = "Prints a rule as a file that 'rule set' takes.",
      mixinStandardHelpOptions = true)
  static final class Show extends EntryCommand {
    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      AlertRule entry = known("rule", new RuleTopic(kafka).read(), AlertRule::getRemoved);
      System.out.println("# version " + entry.getVersion() + ", written " + entry.getChangedAt());
      System.out.println(entry.getId() + ":");
      String section = "";
      for (Map.Entry<String, String> setting : new TreeMap<>(entry.getSettings()).entrySet()) {
        String key = setting.getKey();
        int dot = key.indexOf('.');
        String parent = dot < 0 ? "" : key.substring(0, dot);
        if (!parent.isEmpty() && !parent.equals(section)) {
          System.out.println("  " + parent + ":");
        }
        section = parent;
        System.out.println(
            (parent.isEmpty() ? "  " : "    ")
                + key.substring(dot + 1)
                + ": "
                + setting.getValue());
      }
    }
  }

  @Command(
      name = "preview",
      description = {
        "Prints what the rules of a file would have fired, by what the topics keep;",
        "tells nobody. Of camera-lost it sees each camera's last state alone."
      },
      mixinStandardHelpOptions = true)
  static final class Preview extends KafkaCommand {
    private static final String ROW = "%-24s  %-12s  %-16s  %s%n";

    @Parameters(paramLabel = "FILE", description = FILE)
    private Path file;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        defaultValue = "24h",
        description = "How far back. Default: ${DEFAULT-VALUE}.")
    private String since;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      Section option = ConfigFile.parse("--since", "since: \"" + since + "\"", name -> null);
      Instant now = Instant.now();
      Instant from = now.minus(option.duration("since", Duration.ofHours(24)));
      List<Rule> rules = rules(file);
      Collection<Camera> cameras = cameras(kafka);
      warn(rules, cameras);
      RulePreview preview = new RulePreview(rules, kafkaOptions().tracking(), cameras);
      int[] records = new int[1];
      RecordsSince.read(
          kafka,
          Topic.DETECTIONS,
          FrameDetections.class,
          from,
          record -> {
            records[0]++;
            preview.detections(record);
          });
      LatestRecords.read(kafka, Topic.CAMERA_STATUS, CameraStatus.class)
          .values()
          .forEach(preview::status);
      RecordsSince.read(kafka, Topic.COVERAGE, Coverage.class, from, preview::coverage);
      print(rules, preview.until(now).stream().filter(a -> !a.getAt().isBefore(from)).toList());
      System.out.printf(
          "%n%d records of detections since %s%n",
          records[0], from.truncatedTo(ChronoUnit.SECONDS));
    }

    private static void print(List<Rule> rules, List<Alert> alerts) {
      System.out.printf(ROW, "time", "camera", "rule", "reason");
      Map<String, Integer> counts = new TreeMap<>();
      rules.forEach(rule -> counts.put(rule.id(), 0));
      for (Alert alert : alerts) {
        System.out.printf(
            ROW,
            alert.getAt().truncatedTo(ChronoUnit.MILLIS),
            alert.getCamera(),
            alert.getRule(),
            alert.getReason());
        counts.merge(alert.getRule(), 1, Integer::sum);
      }
      System.out.println();
      counts.forEach(
          (rule, count) -> System.out.println(rule + " would have fired " + times(count)));
    }

    private static String times(int count) {
      return count == 1 ? "once" : count == 0 ? "never" : count + " times";
    }
  }
}
