package dev.watchword.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Transformers in a Python process of its own ({@code bench/model/reference.py}), which waits
 * without using the processor between rounds. One thread.
 */
final class Reference implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;
  private final String version;

  private Reference(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.version = read().get("torch").asText();
  }

  static Reference start(Path home, Path checkpoint, Path pictures, int threads)
      throws IOException {
    List<String> command =
        List.of(
            "python3",
            home.resolve("bench/model/reference.py").toString(),
            checkpoint.toString(),
            pictures.toString(),
            Integer.toString(threads));
    return new Reference(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  String torch() {
    return version;
  }

  Round round(int batch, int maxNewTokens, String prompt) throws IOException {
    questions.write(batch + " " + maxNewTokens + " " + prompt + "\n");
    questions.flush();
    JsonNode answer = read();
    List<List<Integer>> tokens = new ArrayList<>();
    for (JsonNode row : answer.get("tokens")) {
      List<Integer> ids = new ArrayList<>();
      row.forEach(id -> ids.add(id.asInt()));
      tokens.add(ids);
    }
    return new Round(answer.get("wall").asDouble(), answer.get("cpu").asDouble(), tokens);
  }

  private JsonNode read() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(
          "python3 with torch, transformers and pillow is needed for the comparison:"
              + " pip install torch transformers pillow");
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() throws IOException {
    questions.close();
    process.destroy();
  }
}
