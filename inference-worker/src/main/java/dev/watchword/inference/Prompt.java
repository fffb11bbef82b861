package dev.watchword.inference;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.schemas.Ids;
import java.util.Objects;
import java.util.Set;

/**
 * A prompt and the cameras it is for.
 *
 * @param id its name in the configuration
 * @param cameras ids of cameras; empty for all
 */
public record Prompt(String id, DetectPrompt detect, Set<String> cameras) {
  public Prompt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(detect, "detect");
    cameras = Set.copyOf(cameras);
  }

  /** {@link Ids#promptVersion} of the text that the model is asked. */
  public String version() {
    return Ids.promptVersion(detect.text());
  }

  boolean isFor(String camera) {
    return cameras.isEmpty() || cameras.contains(camera);
  }
}
