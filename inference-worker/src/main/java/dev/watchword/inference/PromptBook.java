package dev.watchword.inference;

import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.schemas.SampledFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All versions of all prompts, and which of them a frame is asked: those of the moment at which it
 * was captured. Used by one thread.
 */
final class PromptBook {
  /** By id, and by the moment from which they hold; empty where the prompt is asked no more. */
  private final SortedMap<String, NavigableMap<Instant, Optional<Prompt>>> versions =
      new TreeMap<>();

  /**
   * @throws IllegalArgumentException when the version's text is no prompt; says why
   */
  void add(dev.watchword.schemas.Prompt version) {
    versions
        .computeIfAbsent(version.getId(), id -> new TreeMap<>())
        .put(
            version.getEffectiveFrom(),
            version.getEnabled() ? Optional.of(prompt(version)) : Optional.empty());
  }

  private static Prompt prompt(dev.watchword.schemas.Prompt version) {
    TaskPrompt asked =
        version.getFreeText()
            ? new TextPrompt(version.getText())
            : TaskPrompt.parse(version.getText());
    return new Prompt(
        version.getId(), asked, Set.copyOf(version.getCameras()), version.getShadow());
  }

  /** What the frame is asked, in the order of the prompts' names. */
  List<Prompt> of(SampledFrame frame) {
    List<Prompt> asked = new ArrayList<>();
    for (NavigableMap<Instant, Optional<Prompt>> history : versions.values()) {
      var version = history.floorEntry(frame.getCapturedAt());
      if (version != null) {
        version
            .getValue()
            .filter(prompt -> prompt.isFor(frame.getId().getCamera()))
            .ifPresent(asked::add);
      }
    }
    return asked;
  }
}
