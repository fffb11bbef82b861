package dev.watchword.sink.events;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Sighting;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.alerts.Look;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One object that is followed. What it means to be seen, sure and gone stands in {@link Tracker}.
 */
final class Track {
  private final String label;
  private final String id;
  private final Motion motion = new Motion();
  private final Path path = new Path();
  private final Whereabouts whereabouts = new Whereabouts();
  private Sighting first;
  private Sighting last;
  private Sighting best;
  private String promptVersion;
  private ModelId model;
  private CaptureClock clock;

  /** Frames since the first sighting that somebody looked at, it among them. */
  private int age;

  private int frames;
  private boolean confirmed;
  private long unseenMicros;
  private int revision;
  private long toldAt;

  /** Zones or lines have changed and nobody was told. */
  private boolean news;

  private Track(String label, String id) {
    this.label = label;
    this.id = id;
  }

  /** An object that is seen for the first time. */
  static Track begin(String promptId, Observation frame, Seen seen, int number, Zones zones) {
    String id =
        Ids.event(
            frame.id(), Observation.instant(frame.atMicros()), promptId, seen.label(), number);
    Track track = new Track(seen.label(), id);
    track.first = track.sighting(frame, seen);
    track.best = track.first;
    track.take(track.first, frame, zones);
    return track;
  }

  private Sighting sighting(Observation frame, Seen seen) {
    return new Sighting(
        frame.id(), Observation.instant(frame.atMicros()), seen.box().toRecord(), seen.score());
  }

  String label() {
    return label;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  boolean isUnseen() {
    return unseenMicros > 0;
  }

  int frames() {
    return frames;
  }

  int age() {
    return age;
  }

  long unseenMicros() {
    return unseenMicros;
  }

  /** Those that it is in. */
  List<String> zones() {
    return whereabouts.inside();
  }

  /** See {@link Motion#cost}. */
  double cost(Observation frame, Seen seen) {
    return motion.cost(lastBox(), secondsTo(frame), seen.box(), frame.aspect());
  }

  private Box lastBox() {
    return Box.of(last.getBox());
  }

  private double secondsTo(Observation frame) {
    return Math.max(0, frame.atMicros() - Observation.micros(last.getCapturedAt())) / 1e6;
  }

  void see(Observation frame, Seen seen, Zones zones) {
    motion.moved(lastBox(), seen.box(), secondsTo(frame), frame.aspect());
    Sighting sighting = sighting(frame, seen);
    if (isBetter(sighting)) {
      best = sighting;
    }
    take(sighting, frame, zones);
  }

  private void take(Sighting sighting, Observation frame, Zones zones) {
    last = sighting;
    promptVersion = frame.promptVersion();
    model = frame.model();
    clock = frame.clock();
    frames++;
    age++;
    unseenMicros = 0;
    Box box = lastBox();
    path.add(frame.atMicros(), box.centreX(), box.yMax());
    news |= whereabouts.seen(zones, frame.atMicros(), box.centreX(), box.yMax());
  }

  private boolean isBetter(Sighting sighting) {
    int byScore = Float.compare(sighting.getScore(), best.getScore());
    return byScore > 0
        || byScore == 0 && Box.of(sighting.getBox()).area() > Box.of(best.getBox()).area();
  }

  void miss(long micros) {
    age++;
    unseenMicros += micros;
  }

  void confirm() {
    confirmed = true;
  }

  /** What rules are to know of it. */
  Look.Present present() {
    return new Look.Present(id, label, !isUnseen(), whereabouts.dwell(), last, best);
  }

  /** Whether somebody must be told of it now. */
  boolean isDue(long atMicros, long everyMicros) {
    return revision == 0 || news || atMicros - toldAt >= everyMicros;
  }

  /**
   * What to tell of it.
   *
   * @param counts objects of its label in each zone
   */
  ObjectEvent tell(String promptId, long atMicros, Map<String, Integer> counts) {
    EventPhase phase = revision == 0 ? EventPhase.START : EventPhase.UPDATE;
    return record(phase, promptId, atMicros, counts, null);
  }

  /** The last thing to tell of it. */
  ObjectEvent end(String promptId, long atMicros, Map<String, Integer> counts, EndCause cause) {
    whereabouts.end();
    return record(EventPhase.END, promptId, atMicros, counts, cause);
  }

  private ObjectEvent record(
      EventPhase phase,
      String promptId,
      long atMicros,
      Map<String, Integer> counts,
      EndCause cause) {
    news = false;
    toldAt = atMicros;
    return ObjectEvent.newBuilder()
        .setId(id)
        .setPhase(phase)
        .setRevision(revision++)
        .setCamera(first.getFrame().getCamera())
        .setLabel(label)
        .setPromptId(promptId)
        .setPromptVersion(promptVersion)
        .setModel(model)
        .setClock(clock)
        .setAt(Observation.instant(atMicros))
        .setStart(first.getCapturedAt())
        .setEnd(cause == null ? null : last.getCapturedAt())
        .setCause(cause)
        .setFrames(frames)
        .setFirst(first)
        .setLast(last)
        .setBest(best)
        .setPath(path.toRecords())
        .setZones(whereabouts.stays(counts))
        .setCrossings(whereabouts.crossings())
        .build();
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(label);
    out.writeUTF(id);
    write(first, out);
    write(last, out);
    write(best, out);
    out.writeUTF(promptVersion);
    Observation.write(model, out);
    out.writeUTF(clock.name());
    out.writeInt(age);
    out.writeInt(frames);
    out.writeBoolean(confirmed);
    out.writeLong(unseenMicros);
    out.writeInt(revision);
    out.writeLong(toldAt);
    out.writeBoolean(news);
    motion.write(out);
    path.write(out);
    whereabouts.write(out);
  }

  static Track read(String camera, DataInput in) throws IOException {
    Track track = new Track(in.readUTF(), in.readUTF());
    track.first = readSighting(camera, in);
    track.last = readSighting(camera, in);
    track.best = readSighting(camera, in);
    track.promptVersion = in.readUTF();
    track.model = Observation.readModel(in);
    track.clock = CaptureClock.valueOf(in.readUTF());
    track.age = in.readInt();
    track.frames = in.readInt();
    track.confirmed = in.readBoolean();
    track.unseenMicros = in.readLong();
    track.revision = in.readInt();
    track.toldAt = in.readLong();
    track.news = in.readBoolean();
    track.motion.read(in);
    track.path.read(in);
    track.whereabouts.read(in);
    return track;
  }

  private static void write(Sighting sighting, DataOutput out) throws IOException {
    out.writeUTF(sighting.getFrame().getSession());
    out.writeLong(sighting.getFrame().getSequence());
    out.writeLong(Observation.micros(sighting.getCapturedAt()));
    Box.of(sighting.getBox()).write(out);
    out.writeFloat(sighting.getScore());
  }

  private static Sighting readSighting(String camera, DataInput in) throws IOException {
    FrameId frame = new FrameId(camera, in.readUTF(), in.readLong());
    long at = in.readLong();
    BoundingBox box = Box.read(in).toRecord();
    return new Sighting(frame, Observation.instant(at), box, in.readFloat());
  }
}
