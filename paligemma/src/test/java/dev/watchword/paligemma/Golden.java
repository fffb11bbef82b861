package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** Expected values that transformers and Pillow gave; see tools/golden. */
final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  static byte[] bytes(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> cases(String name) {
    try {
      return StreamSupport.stream(JSON.readTree(bytes(name)).spliterator(), false).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RgbImage scene(JsonNode golden) {
    try {
      return RgbImage.decode(bytes("scenes/" + golden.get("scene").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Request request(JsonNode golden) {
    return new Request(scene(golden), DetectPrompt.parse(golden.get("prompt").asText()));
  }

  static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
