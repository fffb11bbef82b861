package dev.watchword.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.watchword.paligemma.Generation;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import java.time.Duration;

/**
 * Detections as the JSON that the commands print: one object, boxes in fractions of the picture.
 */
final class DetectionsJson {
  private final ObjectMapper mapper = new ObjectMapper();

  /** One line for a record of the {@code detections} topic. */
  String line(FrameDetections record) {
    ObjectNode json = mapper.createObjectNode();
    json.put("camera", record.getId().getCamera());
    json.put("session", record.getId().getSession());
    json.put("sequence", record.getId().getSequence());
    json.put("capturedAt", record.getCapturedAt().toString());
    json.put(
        "latencySeconds",
        Duration.between(record.getCapturedAt(), record.getCompletedAt()).toNanos() / 1e9);
    json.put("prompt", record.getPromptId());
    json.put("promptVersion", record.getPromptVersion());
    json.put("outcome", record.getOutcome().name());
    if (record.getFailure() != null) {
      json.put("failure", record.getFailure());
    }
    ArrayNode detections = json.putArray("detections");
    for (Detection detection : record.getDetections()) {
      var box = detection.getBox();
      add(
          detections,
          detection.getLabel(),
          detection.getScore(),
          box.getXMin(),
          box.getYMin(),
          box.getXMax(),
          box.getYMax());
    }
    return json.toString();
  }

  /** The answer of {@code watchword detect}. */
  String document(String image, int width, int height, String prompt, Generation generation) {
    ObjectNode json = mapper.createObjectNode();
    json.put("image", image);
    json.put("width", width);
    json.put("height", height);
    json.put("prompt", prompt);
    ArrayNode detections = json.putArray("detections");
    for (dev.watchword.paligemma.Detection detection : generation.detections()) {
      var box = detection.box();
      add(
          detections,
          detection.label(),
          detection.score().value(),
          box.xMin(),
          box.yMin(),
          box.xMax(),
          box.yMax());
    }
    return json.toPrettyString();
  }

  private static void add(
      ArrayNode array, String label, float score, float xMin, float yMin, float xMax, float yMax) {
    ObjectNode detection = array.addObject();
    detection.put("label", label);
    detection.put("score", score);
    ObjectNode box = detection.putObject("box");
    box.put("xMin", xMin);
    box.put("yMin", yMin);
    box.put("xMax", xMax);
    box.put("yMax", yMax);
  }
}
