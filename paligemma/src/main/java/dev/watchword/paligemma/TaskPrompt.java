package dev.watchword.paligemma;

/** What a model is asked, in the one form that the models were trained on. */
public sealed interface TaskPrompt permits DetectPrompt, SegmentPrompt, TextPrompt {
  /** Exactly the text that the model is given. */
  String text();
}
