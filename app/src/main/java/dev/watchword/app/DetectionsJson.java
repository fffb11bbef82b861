package dev.watchword.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Mask;
import dev.watchword.paligemma.Segment;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Task;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Detections as the JSON that the commands print: one object, boxes in fractions of the picture. A
 * mask is {@code width * height} unsigned bytes in base64, stretched over its box, row by row; 128
 * and more is inside.
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
    json.put("task", record.getTask().name());
    json.put("outcome", record.getOutcome().name());
    if (record.getLate()) {
      json.put("late", true);
    }
    if (record.getFailure() != null) {
      json.put("failure", record.getFailure());
    }
    ArrayNode detections = json.putArray("detections");
    for (Detection detection : record.getDetections()) {
      var box = detection.getBox();
      ObjectNode added =
          add(
              detections,
              detection.getLabel(),
              detection.getScore(),
              box.getXMin(),
              box.getYMin(),
              box.getXMax(),
              box.getYMax());
      if (detection.getMask() != null) {
        var mask = detection.getMask();
        addMask(
            added,
            bytes(mask.getCodes()),
            mask.getWidth(),
            mask.getHeight(),
            bytes(mask.getValues()));
      }
    }
    if (record.getTask() != Task.DETECT && record.getTask() != Task.SEGMENT) {
      json.put("text", record.getText());
    }
    return json.toString();
  }

  /** The answer of {@code watchword detect} and {@code segment}. */
  String document(String image, int width, int height, String prompt, Generation generation) {
    ObjectNode json = mapper.createObjectNode();
    json.put("image", image);
    json.put("width", width);
    json.put("height", height);
    json.put("prompt", prompt);
    ArrayNode detections = json.putArray("detections");
    for (dev.watchword.paligemma.Detection detection : generation.detections()) {
      var box = detection.box();
      ObjectNode added =
          add(
              detections,
              detection.label(),
              detection.score().value(),
              box.xMin(),
              box.yMin(),
              box.xMax(),
              box.yMax());
      detection.segment().ifPresent(segment -> addMask(added, segment));
    }
    return json.toPrettyString();
  }

  private static ObjectNode add(
      ArrayNode array, String label, float score, float xMin, float yMin, float xMax, float yMax) {
    ObjectNode detection = array.addObject();
    detection.put("label", label);
    detection.put("score", score);
    ObjectNode box = detection.putObject("box");
    box.put("xMin", xMin);
    box.put("yMin", yMin);
    box.put("xMax", xMax);
    box.put("yMax", yMax);
    return detection;
  }

  private static void addMask(ObjectNode detection, Segment segment) {
    byte[] codes = new byte[segment.codes().size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = segment.codes().get(i).byteValue();
    }
    byte[] values = segment.mask().map(Mask::values).orElseGet(() -> new byte[0]);
    addMask(detection, codes, Mask.SIDE, Mask.SIDE, values);
  }

  /** Codes always; the mask itself, in base64, where there were weights to draw it with. */
  private static void addMask(
      ObjectNode detection, byte[] codes, int width, int height, byte[] values) {
    ArrayNode array = detection.putArray("maskCodes");
    for (byte code : codes) {
      array.add(code);
    }
    if (values.length > 0) {
      ObjectNode mask = detection.putObject("mask");
      mask.put("width", width);
      mask.put("height", height);
      mask.put("values", values);
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
