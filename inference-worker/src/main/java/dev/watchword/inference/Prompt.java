package dev.watchword.inference;

import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ReplayPrompt;
import java.util.Objects;
import java.util.Set;

/**
 * A prompt and the cameras it is for.
 *
 * @param id its name in the configuration
 * @param asked what the model is asked
 * @param cameras ids of cameras; empty for all
 * @param shadow asked beside the others to see what it would say
 */
public record Prompt(String id, TaskPrompt asked, Set<String> cameras, boolean shadow) {
  public Prompt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(asked, "asked");
    cameras = Set.copyOf(cameras);
  }

  /**
   * What a replay asks.
   *
   * @throws IllegalArgumentException when the text is no prompt; says why
   */
  static Prompt of(ReplayPrompt prompt) {
    return new Prompt(
        prompt.getId(),
        asked(prompt.getText(), prompt.getFreeText()),
        Set.of(),
        prompt.getShadow());
  }

  static TaskPrompt asked(String text, boolean freeText) {
    return freeText ? new TextPrompt(text) : TaskPrompt.parse(text);
  }

  /** As a replay asks it. */
  public ReplayPrompt replayed() {
    return new ReplayPrompt(id, asked.text(), asked.task() == Task.TEXT, shadow);
  }

  /** {@link Ids#promptVersion} of the text that the model is asked. */
  public String version() {
    return Ids.promptVersion(asked.text());
  }

  public boolean isFor(String camera) {
    return cameras.isEmpty() || cameras.contains(camera);
  }
}
