package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import java.util.Arrays;
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
      case TextPrompt text -> Optional.of(text(text));
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

  /** PaliGemma's task words in plain words; free text as it is. */
  private static String text(TextPrompt prompt) {
    // A prompt that nobody has parsed may lack them.
    String[] words = Arrays.copyOf(prompt.text().split("\\s+", 3), 3);
    String language = language(words[1]);
    String question = words[2] == null ? prompt.text() : words[2];
    return switch (prompt.task()) {
      case OCR -> "Read all text in this picture. Only output the text.";
      case CAPTION ->
          words[0].equals("describe")
              ? "Describe this picture in detail, in " + language + "."
              : "Describe this picture in one short sentence, in " + language + ".";
      case ANSWER -> question + "\nAnswer in " + language + ", in as few words as possible.";
      case TEXT, DETECT, SEGMENT -> prompt.text();
    };
  }

  private static String language(String code) {
    return code == null
        ? "English"
        : Locale.forLanguageTag(code).getDisplayLanguage(Locale.ENGLISH);
  }
}
