package dev.watchword.sink.archive;

import dev.watchword.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What replays saw: rows as those of live cameras, with the replay's id before them. */
final class ReplayRows implements ArchivedTable {
  /** The directory of the files with detections. */
  static final String DETECTIONS = "replay-detections";

  /** The directory of the files with events. */
  static final String EVENTS = "replay-events";

  private final ArchivedTable live;
  private final Topic topic;
  private final String directory;
  private final Schema schema;

  private ReplayRows(ArchivedTable live, Topic topic, String directory) {
    this.live = live;
    this.topic = topic;
    this.directory = directory;
    this.schema = withReplay(live.schema());
  }

  static ReplayRows detections() {
    return new ReplayRows(new DetectionRows(), Topic.DETECTIONS_REPLAY, DETECTIONS);
  }

  static ReplayRows events() {
    return new ReplayRows(new EventRows(), Topic.EVENTS_REPLAY, EVENTS);
  }

  private static Schema withReplay(Schema live) {
    List<Schema.Field> fields = new ArrayList<>();
    fields.add(
        new Schema.Field("replay", Schema.create(Schema.Type.STRING), "The replay's id.", null));
    live.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    return Schema.createRecord(
        live.getName() + "OfReplay", live.getDoc(), live.getNamespace(), false, fields);
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public Topic deadLetterTopic() {
    return live.deadLetterTopic();
  }

  @Override
  public String directory() {
    return directory;
  }

  @Override
  public Class<? extends SpecificRecord> type() {
    return live.type();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public String camera(SpecificRecord value) {
    return live.camera(value);
  }

  @Override
  public GenericRecord row(ConsumerRecord<String, byte[]> source, SpecificRecord value) {
    GenericRecord row = new GenericData.Record(schema);
    GenericRecord seen = live.row(source, value);
    for (Schema.Field field : live.schema().getFields()) {
      row.put(field.name(), seen.get(field.pos()));
    }
    row.put("replay", replay(source.key()));
    return row;
  }

  /** A key is the replay's id and the camera's, with a slash between them. */
  private static String replay(String key) {
    int slash = key == null ? -1 : key.indexOf('/');
    return slash < 0 ? "" : key.substring(0, slash);
  }
}
