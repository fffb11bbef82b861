package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A random checkpoint of a few hundred kilobytes, unpacked; with a tokenizer of 1,921 tokens. */
record TinyCheckpoint(String kind, Path directory) {
  static final String GEMMA_1 = "gemma";
  static final String GEMMA_2 = "gemma2";

  static TinyCheckpoint unpack(String kind, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
      Files.write(directory.resolve(name), Golden.bytes("tiny-" + kind + "/" + name));
    }
    Files.write(directory.resolve("tokenizer.json"), Golden.bytes("variants/tokenizer.json"));
    return new TinyCheckpoint(kind, directory);
  }

  Weights weights() throws IOException {
    return Weights.read(Golden.bytes("tiny-" + kind + "/model.safetensors"));
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  List<JsonNode> cases() {
    return Golden.cases("tiny-" + kind + ".json");
  }

  /** What the checkpoint says about the golden requests, in one ragged batch. */
  List<String> answers() throws CheckpointException {
    return answersOf(directory, cases());
  }

  static List<String> answersOf(Path directory, List<JsonNode> cases) throws CheckpointException {
    try (PaliGemma model =
        PaliGemma.load(
            directory,
            ModelOptions.defaults()
                .withThreads(1)
                .withMaxNewTokens(8)
                .withDecoding(Decoding.fast().withGrammar(false)))) {
      return model.generate(cases.stream().map(Golden::request).toList()).stream()
          .map(Generation::text)
          .toList();
    }
  }

  /** What transformers said about them. */
  List<String> expectedAnswers() throws CheckpointException {
    Vocabulary vocabulary = Vocabulary.read(file("tokenizer.json"));
    return cases().stream()
        .map(golden -> vocabulary.text(Golden.ints(golden.get("tokens"))))
        .toList();
  }
}
