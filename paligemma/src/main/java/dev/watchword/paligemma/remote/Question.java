package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import java.util.Locale;
import java.util.Optional;

/** Says a prompt in the words of a model that was trained on conversation. */
final class Question {
  private Question() {}

  /** The words; none when such a model cannot do what the prompt asks. */
  static Optional<String> of(TaskPrompt prompt, Scale scale) {
    return switch (prompt) {
      case DetectPrompt detect -> Optional.of(detect(detect, scale));
      case SegmentPrompt segment -> Optional.empty();
      case TextPrompt text -> Optional.of(text(text.text()));
    };
  }

  private static String detect(DetectPrompt prompt, Scale scale) {
    return """
        Detect all objects of these categories: %s. \
        Output a JSON list where each element has "box_2d" (as [y_min, x_min, y_max, x_max] in \
        range 0-%d) and "label" (one of the categories, spelled as given). \
        Output [] when there are none. Only output the JSON list."""
        .formatted(String.join(", ", prompt.classes()), scale.side());
  }

  /** PaliGemma's task words in plain words; any other text as it is. */
  private static String text(String prompt) {
    String[] words = prompt.strip().split("\\s+", 3);
    String language = words.length > 1 ? language(words[1]) : "English";
    return switch (words[0]) {
      case "ocr" -> "Read all text in this picture. Only output the text.";
      case "cap", "caption" -> "Describe this picture in one short sentence, in " + language + ".";
      case "describe" -> "Describe this picture in detail, in " + language + ".";
      case "answer" ->
          words.length == 3
              ? words[2] + "\nAnswer in " + language + ", in as few words as possible."
              : prompt;
      default -> prompt;
    };
  }

  private static String language(String code) {
    return Locale.forLanguageTag(code).getDisplayLanguage(Locale.ENGLISH);
  }
}
