package dev.watchword.inference;

import java.util.List;

/** A frame, and the prompts that the model is asked about it. */
record Question(Received.Frame frame, List<Prompt> prompts) {
  Question {
    prompts = List.copyOf(prompts);
  }
}
