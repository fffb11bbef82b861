package dev.watchword.sink.archive;

import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.StageTimings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes flat rows of detections, with names and types that SQL readers find easy. */
final class DetectionRows {
  private final Schema schema;
  private final Schema boxSchema;
  private final Schema maskSchema;

  DetectionRows() {
    try (InputStream in = DetectionRows.class.getResourceAsStream("detections.avsc")) {
      schema = new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the archive's schema is not part of this build", e);
    }
    boxSchema = schema.getField("boxes").schema().getElementType();
    maskSchema = boxSchema.getField("mask").schema().getTypes().get(1);
  }

  Schema schema() {
    return schema;
  }

  GenericRecord row(ConsumerRecord<String, byte[]> source, FrameDetections frame) {
    GenericRecord row = new GenericData.Record(schema);
    row.put("camera", frame.getId().getCamera());
    row.put("session", frame.getId().getSession());
    row.put("sequence", frame.getId().getSequence());
    row.put("captured_at", micros(frame.getCapturedAt()));
    row.put("clock", frame.getClock().name());
    row.put("completed_at", micros(frame.getCompletedAt()));
    row.put("published_at", source.timestamp() * 1000);
    row.put("source_width", frame.getSourceWidth());
    row.put("source_height", frame.getSourceHeight());
    row.put("prompt_id", frame.getPromptId());
    row.put("prompt_version", frame.getPromptVersion());
    row.put("task", frame.getTask().name());
    row.put("model_checkpoint", frame.getModel().getCheckpoint());
    row.put("model_revision", frame.getModel().getRevision());
    row.put("model_engine", frame.getModel().getEngine());
    row.put("model_precision", frame.getModel().getPrecision());
    row.put("outcome", frame.getOutcome().name());
    row.put("failure", frame.getFailure());
    row.put("boxes", boxes(frame.getDetections()));
    row.put("text", frame.getText());
    row.put("tokens", frame.getTokens());
    putTimings(row, frame.getTimings());
    row.put("kafka_partition", source.partition());
    row.put("kafka_offset", source.offset());
    return row;
  }

  private List<GenericRecord> boxes(List<Detection> detections) {
    List<GenericRecord> boxes = new ArrayList<>(detections.size());
    for (Detection detection : detections) {
      GenericRecord box = new GenericData.Record(boxSchema);
      box.put("label", detection.getLabel());
      box.put("x_min", detection.getBox().getXMin());
      box.put("y_min", detection.getBox().getYMin());
      box.put("x_max", detection.getBox().getXMax());
      box.put("y_max", detection.getBox().getYMax());
      box.put("score", detection.getScore());
      box.put("score_object", detection.getScoreParts().getObject());
      box.put("score_label", detection.getScoreParts().getLabel());
      box.put("score_location", detection.getScoreParts().getLocation());
      box.put("mask", detection.getMask() == null ? null : mask(detection.getMask()));
      boxes.add(box);
    }
    return boxes;
  }

  private GenericRecord mask(Mask mask) {
    GenericRecord row = new GenericData.Record(maskSchema);
    row.put("codes", mask.getCodes());
    row.put("width", mask.getWidth());
    row.put("height", mask.getHeight());
    row.put("values", mask.getValues());
    return row;
  }

  private static void putTimings(GenericRecord row, StageTimings timings) {
    row.put("queue_micros", timings.getQueueMicros());
    row.put("preprocess_micros", timings.getPreprocessMicros());
    row.put("vision_micros", timings.getVisionMicros());
    row.put("prefill_micros", timings.getPrefillMicros());
    row.put("decode_micros", timings.getDecodeMicros());
    row.put("batch_size", timings.getBatchSize());
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
