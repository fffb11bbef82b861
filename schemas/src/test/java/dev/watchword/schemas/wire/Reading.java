package dev.watchword.schemas.wire;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Conversion;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** A record class of the shape that Avro's compiler generates, with a time as a logical type. */
public final class Reading extends SpecificRecordBase {
  private static final long serialVersionUID = 1L;

  static final String SCHEMA_JSON =
      """
      {"type":"record","name":"Reading","namespace":"dev.watchword.schemas.wire","fields":[
       {"name":"camera","type":{"type":"string","avro.java.string":"String"}},
       {"name":"capturedAt","type":{"type":"long","logicalType":"timestamp-micros"}},
       {"name":"sequence","type":"long"},
       {"name":"note","type":["null",{"type":"string","avro.java.string":"String"}],"default":null},
       {"name":"tags","type":{"type":"map","values":{"type":"string","avro.java.string":"String"},
        "avro.java.string":"String"},"default":{}},
       {"name":"jpeg","type":"bytes"}]}
      """;

  public static final Schema SCHEMA$ = new Schema.Parser().parse(SCHEMA_JSON);
  private static final SpecificData MODEL$ = new SpecificData(Reading.class.getClassLoader());
  private static final Conversion<?> MICROS = new TimeConversions.TimestampMicrosConversion();

  static {
    MODEL$.addLogicalTypeConversion(MICROS);
  }

  private String camera;
  private Instant capturedAt;
  private long sequence;
  private String note;
  private Map<String, String> tags;
  private ByteBuffer jpeg;

  public Reading() {}

  Reading(
      String camera,
      Instant capturedAt,
      long sequence,
      String note,
      Map<String, String> tags,
      byte[] jpeg) {
    this.camera = camera;
    this.capturedAt = capturedAt;
    this.sequence = sequence;
    this.note = note;
    this.tags = tags;
    this.jpeg = ByteBuffer.wrap(jpeg);
  }

  @Override
  public Schema getSchema() {
    return SCHEMA$;
  }

  @Override
  public SpecificData getSpecificData() {
    return MODEL$;
  }

  @Override
  public Conversion<?> getConversion(int field) {
    return field == 1 ? MICROS : null;
  }

  @Override
  public Object get(int field) {
    return switch (field) {
      case 0 -> camera;
      case 1 -> capturedAt;
      case 2 -> sequence;
      case 3 -> note;
      case 4 -> tags;
      case 5 -> jpeg;
      default -> throw new AvroRuntimeException("No field " + field);
    };
  }

  @Override
  @SuppressWarnings("unchecked")
  public void put(int field, Object value) {
    switch (field) {
      case 0 -> camera = value.toString();
      case 1 -> capturedAt = (Instant) value;
      case 2 -> sequence = (Long) value;
      case 3 -> note = value == null ? null : value.toString();
      case 4 -> tags = (Map<String, String>) value;
      case 5 -> jpeg = (ByteBuffer) value;
      default -> throw new AvroRuntimeException("No field " + field);
    }
  }
}
