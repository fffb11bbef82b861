package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The tokens that end an answer, from where transformers takes them first. */
final class EndTokens {
  private EndTokens() {}

  /** Those of a checkpoint. */
  static int[] of(Checkpoint checkpoint, Vocabulary vocabulary) throws CheckpointException {
    for (String file : List.of("generation_config.json", "config.json")) {
      Optional<JsonNode> config = checkpoint.json(file);
      if (config.isPresent() && config.get().hasNonNull("eos_token_id")) {
        return read(config.get().get("eos_token_id"), vocabulary, checkpoint.directory());
      }
    }
    return new int[] {vocabulary.id("<eos>")};
  }

  private static int[] read(JsonNode oneOrMore, Vocabulary vocabulary, Path directory)
      throws CheckpointException {
    int[] ends =
        oneOrMore.isArray()
            ? StreamSupport.stream(oneOrMore.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray()
            : new int[] {oneOrMore.asInt()};
    for (int end : ends) {
      if (end < 0 || end >= vocabulary.size()) {
        throw new CheckpointException(
            "%s: eos_token_id %d is none of the %d tokens in tokenizer.json."
                .formatted(directory, end, vocabulary.size()));
      }
    }
    return ends;
  }
}
