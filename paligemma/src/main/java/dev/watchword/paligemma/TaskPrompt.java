package dev.watchword.paligemma;

/** What a model is asked, in the one form that the models were trained on. */
public sealed interface TaskPrompt permits DetectPrompt, SegmentPrompt, TextPrompt {
  /** Exactly the text that the model is given. */
  String text();

  Task task();

  /**
   * Reads a prompt whose first word names its task: {@code detect a ; b}, {@code segment a ; b},
   * {@code caption en}, {@code cap en}, {@code describe en}, {@code ocr}, {@code answer en
   * question}. Any white space will do. Free text is a {@link TextPrompt} made on purpose.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  static TaskPrompt parse(String text) {
    String prompt = text.strip();
    return switch (Task.of(prompt.split("\\s+", 2)[0], prompt)) {
      case DETECT -> DetectPrompt.parse(prompt);
      case SEGMENT -> SegmentPrompt.parse(prompt);
      case CAPTION, OCR, ANSWER, TEXT -> TextPrompt.parse(prompt);
    };
  }
}
