package dev.watchword.app.cliptest;

import dev.watchword.inference.InferenceConfig;
import dev.watchword.inference.Prompt;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.CameraUrl;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import dev.watchword.service.config.Suggestion;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.events.TrackingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file of golden clips. Its sections {@code prompts}, {@code model} and {@code events} are those
 * of the configuration file, of which it may take them instead; {@code clips} is its own.
 */
public final class ClipFile {
  private static final String NAME = "[a-z0-9][a-z0-9_-]{0,62}";
  private static final List<String> OF_THE_CONFIGURATION =
      List.of("prompts", "model", "inference", "events");

  private final InferenceConfig inference;
  private final TrackingConfig tracking;
  private final List<Clip> clips;

  private ClipFile(InferenceConfig inference, TrackingConfig tracking, List<Clip> clips) {
    this.inference = inference;
    this.tracking = tracking;
    this.clips = List.copyOf(clips);
  }

  /**
   * What the configuration file says.
   *
   * @param tracking what counts as an object
   */
  public record Asked(InferenceConfig inference, TrackingConfig tracking) {}

  /**
   * @param asked of the configuration file; empty when this file says it itself
   * @throws ConfigException that names file, line and key
   */
  public static ClipFile read(Path file, Optional<Asked> asked) {
    Section root = ConfigFile.read(file);
    if (asked.isPresent()) {
      for (String key : OF_THE_CONFIGURATION) {
        if (root.has(key)) {
          throw root.wrong(
              key, "the configuration file says this; remove it here, or leave out --config");
        }
      }
    }
    Asked what =
        asked.orElseGet(
            () ->
                new Asked(
                    InferenceConfig.from(root, file.toString(), Set.of()),
                    TrackingConfig.from(root.section("events"))));
    Map<String, Section> sections = root.sections("clips");
    if (sections.isEmpty()) {
      throw root.wrong(
          "clips",
          "is missing; name at least one, such as gate: {file: gate.mp4, expect: [person]}");
    }
    Path directory = file.toAbsolutePath().getParent();
    List<Prompt> prompts = what.inference().prompts();
    List<Clip> clips = new ArrayList<>();
    sections.forEach((name, section) -> clips.add(clip(root, name, section, directory, prompts)));
    root.rejectUnknown();
    return new ClipFile(what.inference(), what.tracking(), clips);
  }

  private static Clip clip(
      Section root, String name, Section section, Path directory, List<Prompt> all) {
    if (!name.matches(NAME)) {
      throw root.section("clips")
          .wrong(
              name,
              "a name has 1 to 63 lower-case letters, digits, '-' or '_' and begins with a letter"
                  + " or digit");
    }
    Zones zones = Zones.from(section);
    List<Prompt> prompts = prompts(section, all);
    return new Clip(
        camera(name, section, directory), zones, prompts, expectations(section, prompts, zones));
  }

  private static CameraConfig camera(String name, Section section, Path directory) {
    Path file = directory.resolve(section.text("file")).normalize();
    if (!Files.exists(file)) {
      throw section.wrong(
          "file", "there is no " + file + "; a path counts from the directory of this file");
    }
    CameraConfig camera = CameraConfig.of(name, CameraUrl.of(new Secret(file.toString())));
    double rate = section.perSecond("sample", camera.samplesPerSecond());
    if (rate <= 0 || rate > 120) {
      throw section.wrong("sample", "must be above 0 and at most 120/s, such as 2/s or 30/m");
    }
    return camera.withSamplesPerSecond(rate);
  }

  private static List<Prompt> prompts(Section section, List<Prompt> all) {
    List<String> wanted = section.texts("prompts");
    List<String> known = all.stream().map(Prompt::id).toList();
    for (String id : wanted) {
      if (!known.contains(id)) {
        throw section.wrong(
            "prompts",
            "there is no prompt '"
                + id
                + "'; "
                + Suggestion.nearest(id, known)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("prompts: " + String.join(", ", known)));
      }
    }
    List<Prompt> prompts =
        all.stream()
            .filter(prompt -> wanted.isEmpty() || wanted.contains(prompt.id()))
            .filter(prompt -> !classes(prompt).isEmpty())
            .toList();
    if (prompts.isEmpty()) {
      throw section.wrong(
          "prompts", "none of them finds boxes; expectations need a detect or segment prompt");
    }
    return prompts;
  }

  private static List<Expectation> expectations(
      Section section, List<Prompt> prompts, Zones zones) {
    Set<String> labels = new LinkedHashSet<>();
    prompts.forEach(prompt -> labels.addAll(classes(prompt)));
    List<Expectation> expectations = new ArrayList<>();
    for (String text : section.texts("expect")) {
      try {
        expectations.add(ExpectationText.parse(text, labels, zones));
      } catch (IllegalArgumentException e) {
        throw section.wrong("expect", e.getMessage());
      }
    }
    if (expectations.isEmpty()) {
      throw section.wrong(
          "expect", "is missing; say what must be seen, such as 'person between 3 s and 7.5 s'");
    }
    return expectations;
  }

  /** What a prompt finds boxes of. */
  static List<String> classes(Prompt prompt) {
    return switch (prompt.asked()) {
      case DetectPrompt detect -> detect.classes();
      case SegmentPrompt segment -> segment.classes();
      default -> List.of();
    };
  }

  public InferenceConfig inference() {
    return inference;
  }

  TrackingConfig tracking() {
    return tracking;
  }

  List<Clip> clips() {
    return clips;
  }
}
