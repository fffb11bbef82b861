package dev.watchword.inference;

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
public final class PromptBook {
  /** By id, and by the moment from which they hold; empty where the prompt is asked no more. */
  private final SortedMap<String, NavigableMap<Instant, Optional<Prompt>>> versions =
      new TreeMap<>();

  /**
   * @throws IllegalArgumentException when the version's text is no prompt; says why
   */
  public void add(dev.watchword.schemas.Prompt version) {
    versions
        .computeIfAbsent(version.getId(), id -> new TreeMap<>())
        .put(
            version.getEffectiveFrom(),
            version.getEnabled() ? Optional.of(prompt(version)) : Optional.empty());
  }

  private static Prompt prompt(dev.watchword.schemas.Prompt version) {
    return new Prompt(
        version.getId(),
        Prompt.asked(version.getText(), version.getFreeText()),
        Set.copyOf(version.getCameras()),
        version.getShadow());
  }

  /** What the frame is asked, in the order of the prompts' names. */
  List<Prompt> of(SampledFrame frame) {
    return of(frame.getId().getCamera(), frame.getCapturedAt());
  }

  /** What a frame of the camera that was captured at the moment is asked. */
  public List<Prompt> of(String camera, Instant capturedAt) {
    List<Prompt> asked = new ArrayList<>();
    for (NavigableMap<Instant, Optional<Prompt>> history : versions.values()) {
      var version = history.floorEntry(capturedAt);
      if (version != null) {
        version.getValue().filter(prompt -> prompt.isFor(camera)).ifPresent(asked::add);
      }
    }
    return asked;
  }
}
