package dev.watchword.paligemma;

import java.util.List;
import java.util.Set;

/**
 * A prompt whose answer is text.
 *
 * @param text exactly as the model is asked
 * @param task what it asks for; {@link Task#TEXT} when it is free text
 */
public record TextPrompt(String text, Task task) implements TaskPrompt {
  /** The languages that the pretraining mixture asks captions and answers in. */
  private static final Set<String> LANGUAGES =
      Set.of(
          "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fil", "fr", "hi", "hr", "hu",
          "id", "it", "iw", "ja", "ko", "mi", "nl", "no", "pl", "pt", "ro", "ru", "sv", "sw", "te",
          "th", "tr", "uk", "vi", "zh");

  public TextPrompt {
    if (task == Task.DETECT || task == Task.SEGMENT) {
      throw new IllegalArgumentException("a prompt to " + task + " has classes: parse it");
    }
  }

  /**
   * Any text, given to the model exactly as it is: for checkpoints that converse, and to see what a
   * model says unparsed.
   */
  public TextPrompt(String text) {
    this(text, Task.TEXT);
  }

  /**
   * @param language a code such as {@code en}
   */
  public static TextPrompt caption(String language) {
    return parse("caption " + language);
  }

  public static TextPrompt ocr() {
    return new TextPrompt("ocr", Task.OCR);
  }

  /**
   * @param language a code such as {@code en}
   */
  public static TextPrompt answer(String language, String question) {
    return parse("answer " + language + " " + question);
  }

  /** Reads a prompt whose first word is known to ask for text. */
  static TextPrompt parse(String prompt) {
    List<String> words = List.of(prompt.strip().split("\\s+"));
    Task task = Task.of(words.getFirst(), prompt);
    String example =
        switch (task) {
          case OCR -> "ocr";
          case ANSWER -> "answer en is there a dog";
          default -> words.getFirst() + " en";
        };
    int most = task == Task.OCR ? 1 : task == Task.ANSWER ? Integer.MAX_VALUE : 2;
    if (task != Task.OCR && (words.size() < 2 || !LANGUAGES.contains(words.get(1)))) {
      throw wrong(prompt, "names no language that the models know after its task", example);
    }
    if (words.size() > most) {
      throw wrong(prompt, "goes on where nothing is expected", example);
    }
    if (task == Task.ANSWER && words.size() < 3) {
      throw wrong(prompt, "asks no question", example);
    }
    return new TextPrompt(PlainWords.checked("prompt", String.join(" ", words)), task);
  }

  private static IllegalArgumentException wrong(String prompt, String what, String example) {
    return new IllegalArgumentException(
        "prompt '%.60s' %s: write, for example, '%s'".formatted(prompt, what, example));
  }
}
