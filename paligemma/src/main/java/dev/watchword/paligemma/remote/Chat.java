package dev.watchword.paligemma.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Optional;

/** The JSON of OpenAI's chat completions: one picture, one question, one answer. */
final class Chat {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_MESSAGE = 200;

  private Chat() {}

  /**
   * What a server answered.
   *
   * @param cutOff whether the answer ended at the limit of tokens
   */
  record Reply(String text, boolean cutOff, long promptTokens, long completionTokens) {}

  static byte[] request(RemoteSettings settings, String question, byte[] jpeg) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", settings.model());
    body.put("temperature", 0);
    body.put("max_tokens", settings.maxNewTokens());
    body.put("stream", false);
    var content = body.putArray("messages").addObject().put("role", "user").putArray("content");
    content
        .addObject()
        .put("type", "image_url")
        .putObject("image_url")
        .put("url", "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg));
    content.addObject().put("type", "text").put("text", question);
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty when the body is no chat completion. */
  static Optional<Reply> reply(byte[] body) {
    JsonNode json = read(body);
    JsonNode choice = json.path("choices").path(0);
    if (!choice.path("message").isObject()) {
      return Optional.empty();
    }
    JsonNode usage = json.path("usage");
    return Optional.of(
        new Reply(
            text(choice.get("message").path("content")),
            choice.path("finish_reason").asText().equals("length"),
            Math.max(0, usage.path("prompt_tokens").asLong()),
            Math.max(0, usage.path("completion_tokens").asLong())));
  }

  /** A text, or parts that hold texts. */
  private static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.isTextual() ? content.textValue() : "";
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  /** What a server says about an error, shortened; empty when it says nothing readable. */
  static String error(byte[] body) {
    JsonNode json = read(body);
    JsonNode error = json.path("error");
    for (JsonNode message :
        new JsonNode[] {error.path("message"), json.path("message"), json.path("detail"), error}) {
      if (message.isTextual()) {
        String text = message.textValue().replaceAll("\\s+", " ").strip();
        return text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "..." : text;
      }
    }
    return "";
  }

  static JsonNode read(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      return json == null ? JSON.missingNode() : json;
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }
}
