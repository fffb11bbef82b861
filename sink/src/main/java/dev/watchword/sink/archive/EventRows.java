package dev.watchword.sink.archive;

import static dev.watchword.sink.archive.RowSchemas.micros;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.PathPoint;
import dev.watchword.schemas.Sighting;
import dev.watchword.schemas.Topic;
import dev.watchword.schemas.ZoneStay;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Object events: a row for each record, so several for an event. */
final class EventRows implements ArchivedTable {
  /** The directory of its files. */
  static final String DIRECTORY = "events";

  private final Schema schema = RowSchemas.read("events.avsc");
  private final Schema pointSchema = element("path");
  private final Schema zoneSchema = element("zones");
  private final Schema crossingSchema = element("crossings");

  private Schema element(String field) {
    return schema.getField(field).schema().getElementType();
  }

  @Override
  public Topic topic() {
    return Topic.EVENTS;
  }

  @Override
  public Topic deadLetterTopic() {
    return Topic.EVENTS_DEAD_LETTER;
  }

  @Override
  public String directory() {
    return DIRECTORY;
  }

  @Override
  public Class<? extends SpecificRecord> type() {
    return ObjectEvent.class;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public String camera(SpecificRecord value) {
    return ((ObjectEvent) value).getCamera();
  }

  @Override
  public GenericRecord row(ConsumerRecord<String, byte[]> source, SpecificRecord value) {
    ObjectEvent event = (ObjectEvent) value;
    GenericRecord row = new GenericData.Record(schema);
    row.put("event_id", event.getId());
    row.put("phase", event.getPhase().name());
    row.put("revision", event.getRevision());
    row.put("camera", event.getCamera());
    row.put("label", event.getLabel());
    row.put("prompt_id", event.getPromptId());
    row.put("prompt_version", event.getPromptVersion());
    row.put("model_checkpoint", event.getModel().getCheckpoint());
    row.put("model_revision", event.getModel().getRevision());
    row.put("model_engine", event.getModel().getEngine());
    row.put("model_precision", event.getModel().getPrecision());
    row.put("clock", event.getClock().name());
    row.put("told_at", micros(event.getAt()));
    row.put("started_at", micros(event.getStart()));
    row.put("seen_until", micros(event.getLast().getCapturedAt()));
    row.put("ended_at", event.getEnd() == null ? null : micros(event.getEnd()));
    row.put("cause", event.getCause() == null ? null : event.getCause().name());
    row.put("frames", event.getFrames());
    putBest(row, event.getBest());
    row.put("path", path(event.getPath()));
    row.put("zones", zones(event.getZones()));
    row.put("crossings", crossings(event.getCrossings()));
    row.put("published_at", source.timestamp() * 1000);
    row.put("kafka_partition", source.partition());
    row.put("kafka_offset", source.offset());
    return row;
  }

  private static void putBest(GenericRecord row, Sighting best) {
    BoundingBox box = best.getBox();
    row.put("best_score", best.getScore());
    row.put("best_session", best.getFrame().getSession());
    row.put("best_sequence", best.getFrame().getSequence());
    row.put("best_captured_at", micros(best.getCapturedAt()));
    row.put("best_x_min", box.getXMin());
    row.put("best_y_min", box.getYMin());
    row.put("best_x_max", box.getXMax());
    row.put("best_y_max", box.getYMax());
  }

  private List<GenericRecord> path(List<PathPoint> points) {
    List<GenericRecord> path = new ArrayList<>(points.size());
    for (PathPoint point : points) {
      GenericRecord row = new GenericData.Record(pointSchema);
      row.put("at", micros(point.getAt()));
      row.put("x", point.getX());
      row.put("y", point.getY());
      path.add(row);
    }
    return path;
  }

  private List<GenericRecord> zones(List<ZoneStay> stays) {
    List<GenericRecord> zones = new ArrayList<>(stays.size());
    for (ZoneStay stay : stays) {
      GenericRecord row = new GenericData.Record(zoneSchema);
      row.put("zone", stay.getZone());
      row.put("inside", stay.getInside());
      row.put("visits", stay.getVisits());
      row.put("entered_at", micros(stay.getEntered()));
      row.put("left_at", micros(stay.getLeft()));
      row.put("dwell_micros", stay.getDwellMicros());
      row.put("inside_count", stay.getCount());
      zones.add(row);
    }
    return zones;
  }

  private List<GenericRecord> crossings(List<LineCrossing> lines) {
    List<GenericRecord> crossings = new ArrayList<>(lines.size());
    for (LineCrossing line : lines) {
      GenericRecord row = new GenericData.Record(crossingSchema);
      row.put("line", line.getLine());
      row.put("direction", line.getDirection().name());
      row.put("at", micros(line.getAt()));
      crossings.add(row);
    }
    return crossings;
  }
}
