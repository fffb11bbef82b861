package dev.watchword.sink.events;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What tracking needs to know of one frame and prompt.
 *
 * @param atMicros capture time, microseconds since the epoch
 * @param inferred false when nobody looked at the frame: it was skipped, or the model failed. Then
 *     nothing follows from there being no boxes
 * @param aspect width of the picture over its height
 */
record Observation(
    FrameId id,
    long atMicros,
    CaptureClock clock,
    boolean inferred,
    String promptVersion,
    ModelId model,
    float aspect,
    List<Seen> seen) {
  Observation {
    seen = List.copyOf(seen);
  }

  static Observation of(FrameDetections record) {
    return new Observation(
        record.getId(),
        micros(record.getCapturedAt()),
        record.getClock(),
        record.getOutcome() == Outcome.INFERRED,
        record.getPromptVersion(),
        record.getModel(),
        aspect(record.getSourceWidth(), record.getSourceHeight()),
        record.getDetections().stream()
            .map(found -> new Seen(found.getLabel(), Box.of(found.getBox()), found.getScore()))
            .toList());
  }

  private static float aspect(int width, int height) {
    return width > 0 && height > 0 ? (float) width / height : 1;
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  String session() {
    return id.getSession();
  }

  long sequence() {
    return id.getSequence();
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(id.getCamera());
    out.writeUTF(id.getSession());
    out.writeLong(id.getSequence());
    out.writeLong(atMicros);
    out.writeUTF(clock.name());
    out.writeBoolean(inferred);
    out.writeUTF(promptVersion);
    write(model, out);
    out.writeFloat(aspect);
    out.writeInt(seen.size());
    for (Seen one : seen) {
      one.write(out);
    }
  }

  static Observation read(DataInput in) throws IOException {
    FrameId id = new FrameId(in.readUTF(), in.readUTF(), in.readLong());
    long at = in.readLong();
    CaptureClock clock = CaptureClock.valueOf(in.readUTF());
    boolean inferred = in.readBoolean();
    String version = in.readUTF();
    ModelId model = readModel(in);
    float aspect = in.readFloat();
    int size = in.readInt();
    List<Seen> seen = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      seen.add(Seen.read(in));
    }
    return new Observation(id, at, clock, inferred, version, model, aspect, seen);
  }

  static void write(ModelId model, DataOutput out) throws IOException {
    out.writeUTF(model.getCheckpoint());
    out.writeUTF(model.getRevision());
    out.writeUTF(model.getEngine());
    out.writeUTF(model.getPrecision());
  }

  static ModelId readModel(DataInput in) throws IOException {
    return new ModelId(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
  }
}
