package dev.watchword.sink.archive;

import static dev.watchword.sink.archive.RowSchemas.micros;

import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Detections: a row for each frame and prompt. */
final class DetectionRows implements ArchivedTable {
  /** The directory of its files. */
  static final String DIRECTORY = "detections";

  private final Schema schema = RowSchemas.read("detections.avsc");
  private final Schema boxSchema = schema.getField("boxes").schema().getElementType();
  private final Schema maskSchema = boxSchema.getField("mask").schema().getTypes().get(1);

  @Override
  public Topic topic() {
    return Topic.DETECTIONS;
  }

  @Override
  public Topic deadLetterTopic() {
    return Topic.DETECTIONS_DEAD_LETTER;
  }

  @Override
  public String directory() {
    return DIRECTORY;
  }

  @Override
  public Class<? extends SpecificRecord> type() {
    return FrameDetections.class;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public String camera(SpecificRecord value) {
    return ((FrameDetections) value).getId().getCamera();
  }

  @Override
  public GenericRecord row(ConsumerRecord<String, byte[]> source, SpecificRecord value) {
    FrameDetections frame = (FrameDetections) value;
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
    row.put("busy_micros", frame.getBusyMicros());
    row.put("late", frame.getLate());
    row.put("shadow", frame.getShadow());
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
}
