package dev.watchword.app;

import dev.watchword.inference.PromptTopic;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordsSince;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword prompt}: sets, removes and lists prompts while everything runs. */
@Command(
    name = "prompt",
    description = "Sets, removes and lists prompts while everything runs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      PromptCommand.Setting.class,
      PromptCommand.Remove.class,
      PromptCommand.Listing.class
    })
final class PromptCommand {
  private PromptCommand() {}

  /** When a version takes effect. */
  static final class Moment {
    @Option(
        names = "--from",
        paramLabel = "TIME",
        description =
            "When it takes effect, by the frames' capture time, such as 2026-03-01T10:00:00Z. Default: as soon as can be, in about a second.")
    private Instant from;

    Instant of(Instant now) {
      Instant earliest = now.plus(PromptTopic.MARGIN);
      if (from != null && from.isBefore(earliest)) {
        throw new CommandFailure(
            "--from "
                + from
                + " is too early: workers must know of it a second before, so "
                + earliest.truncatedTo(ChronoUnit.MILLIS)
                + " or later");
      }
      return (from == null ? earliest : from).truncatedTo(ChronoUnit.MICROS);
    }
  }

  @Command(
      name = "set",
      description = "Adds a prompt, or changes it to a new version.",
      mixinStandardHelpOptions = true)
  static final class Setting extends KafkaCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The prompt's name.")
    private String id;

    @Parameters(index = "1", paramLabel = "TEXT", description = "Such as 'detect person ; car'.")
    private String text;

    @Option(names = "--free-text", description = "Any words, given to the model as they are.")
    private boolean freeText;

    @Option(
        names = "--camera",
        paramLabel = "ID",
        description = "Only for this camera; may be given several times. Default: all.")
    private List<String> cameras = List.of();

    @Option(
        names = "--shadow",
        description = "Store its answers, but show them not and raise no events and alerts.")
    private boolean shadow;

    @Mixin private Moment moment;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      PromptTopic topic = new PromptTopic(kafka);
      dev.watchword.inference.Prompt prompt =
          new dev.watchword.inference.Prompt(id, asked(), Set.copyOf(cameras), shadow);
      Instant[] from = new Instant[1];
      topic.write(
          now -> {
            from[0] = moment.of(now);
            return List.of(PromptTopic.version(prompt, from[0], null, now));
          });
      System.out.println(id + " version " + prompt.version() + " holds from " + from[0]);
    }

    private TaskPrompt asked() {
      try {
        return freeText ? new TextPrompt(text) : TaskPrompt.parse(text);
      } catch (IllegalArgumentException e) {
        throw new CommandFailure("prompt " + id + ": " + e.getMessage(), e);
      }
    }
  }

  @Command(
      name = "remove",
      description = "Asks a prompt no more, also one that the configuration file names.",
      mixinStandardHelpOptions = true)
  static final class Remove extends EntryCommand {
    @Mixin private Moment moment;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      PromptTopic topic = new PromptTopic(kafka);
      Prompt last =
          topic.read().stream()
              .filter(version -> version.getId().equals(id()))
              .reduce((one, other) -> other)
              .filter(Prompt::getEnabled)
              .orElseThrow(() -> CommandFailure.unknown("prompt", id()));
      topic.write(
          now ->
              List.of(
                  Prompt.newBuilder(last)
                      .setEnabled(false)
                      .setEffectiveFrom(moment.of(now))
                      .setSeededBy(null)
                      .setChangedAt(now)
                      .build()));
    }
  }

  @Command(
      name = "list",
      description = {
        "Lists the prompts that hold now or will, and what they cost:",
        "the time that the model was at work for one frame, and how many frames that is the mean of."
      },
      mixinStandardHelpOptions = true)
  static final class Listing extends KafkaCommand {
    private static final String ROW = "%-16s %-9s %8s %7s  %-24s %-9s %-16s %s%n";

    @Option(names = "--all", description = "Earlier versions and removed prompts, too.")
    private boolean all;

    @Option(
        names = "--minutes",
        paramLabel = "N",
        defaultValue = "5",
        description = "Over how long the cost is measured. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      PromptTopic topic = new PromptTopic(kafka);
      Instant now = Instant.now();
      PromptCosts costs = new PromptCosts();
      RecordsSince.read(
          kafka,
          Topic.DETECTIONS,
          FrameDetections.class,
          now.minus(Duration.ofMinutes(minutes)),
          costs::add);
      Map<String, Prompt> present = new LinkedHashMap<>();
      List<Prompt> versions = topic.read();
      versions.stream()
          .filter(version -> !version.getEffectiveFrom().isAfter(now))
          .forEach(version -> present.put(version.getId(), version));
      System.out.printf(
          ROW, "prompt", "version", "ms/frame", "frames", "holds from", "from", "cameras", "text");
      for (Prompt version : versions) {
        boolean isPast =
            !version.getEffectiveFrom().isAfter(now) && present.get(version.getId()) != version;
        if (all || !isPast && (version.getEnabled() || version.getEffectiveFrom().isAfter(now))) {
          print(version, costs);
        }
      }
      costs
          .shadowShare()
          .ifPresent(
              share ->
                  System.out.printf(
                      "shadow prompts took %.0f %% of the model's time in the last %d minutes%n",
                      100 * share, minutes));
    }

    private static void print(Prompt version, PromptCosts costs) {
      String name = Ids.promptVersion(version.getText());
      System.out.printf(
          ROW,
          version.getId(),
          version.getEnabled() ? name : "removed",
          version.getEnabled() ? costs.each(version.getId(), name) : "",
          version.getEnabled() ? costs.frames(version.getId(), name) : "",
          version.getEffectiveFrom().equals(Instant.EPOCH) ? "ever" : version.getEffectiveFrom(),
          version.getSeededBy() == null ? "run time" : "file",
          version.getCameras().isEmpty() ? "all" : String.join(",", version.getCameras()),
          (version.getShadow() ? "(shadow) " : "") + version.getText());
    }
  }
}
