package dev.watchword.sink.events;

import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.alerts.Look;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Boxes to object events, for one camera and prompt. An <em>event</em> is one object's
 * uninterrupted stay in the picture.
 *
 * <ul>
 *   <li><b>Frames</b> come in order and count only when a model looked at them. A frame that was
 *       skipped or failed says nothing: it neither confirms an object nor misses one.
 *   <li><b>The same object</b> in two frames has the same label and a box that it can have reached
 *       in the time between, judged by its speed and size ({@link Motion}); after some seconds only
 *       one that has not moved. Where several boxes fit several objects, the cheapest assignment of
 *       all together counts.
 *   <li><b>It begins</b> with a box of at least {@code min-score} that belongs to no object and
 *       does not lie on one that does. It is <b>sure</b>, and told of as START, when it is seen in
 *       {@code confirm} of the {@code confirm-of} frames from then on; otherwise it never was. Its
 *       start is the capture time of the first sighting. Once it is sure, boxes down to {@code
 *       keep-score} count for it too.
 *   <li><b>It is gone</b> when frames went on without it: each frame in which it is not seen adds
 *       the time since the frame before, but at most half of {@code patience}, and the sum has
 *       reached {@code patience}. So two misses are needed at any frame rate, a shorter gap is
 *       bridged, and a stretch that nobody looked at does not count as absence. Cause LEFT.
 *   <li><b>It is lost sight of</b> when nobody looked for {@code silence}, by capture time or, told
 *       from outside, by the wall clock. Cause SILENT. Both give the same record.
 *   <li><b>Time jumps back</b>: when a frame's capture time is before that of the frame before it
 *       by more than {@link #CLOCK_JUMP_MICROS}, all objects end, cause CLOCK, and time goes on
 *       from there. A jump ahead is a silence.
 *   <li><b>Its end</b> is always the capture time of the last sighting.
 *   <li>In between an UPDATE is told when it enters or leaves a zone or crosses a line, and every
 *       {@code update-every} of capture time.
 * </ul>
 *
 * <p>A new session of the camera does not end events, a reconnection is a gap like any other. Nor
 * does a new version of the prompt: the object is still there.
 *
 * <p>The events follow from the frames alone. Their ids are made of the first frame, the prompt,
 * the label and a number, so whoever works on the same frames again tells the same. Knows no Kafka
 * and no clock. Not thread-safe.
 */
final class Tracker {
  /** Arrival times jitter by less; a camera's clock that is set moves by more. */
  static final long CLOCK_JUMP_MICROS = 1_000_000;

  /** A second box on an object that is followed already begins no other. */
  private static final double SAME = 0.6;

  private static final double NEW_COST = 0.1;
  private static final double UNSEEN_COST = 0.1;
  private static final long NEVER = Long.MIN_VALUE;

  private final String promptId;
  private final TrackingConfig config;

  /** In the order in which they began. */
  private final List<Track> tracks = new ArrayList<>();

  private long lastAt = NEVER;

  Tracker(String promptId, TrackingConfig config) {
    this.promptId = promptId;
    this.config = config;
  }

  /** Takes the next frame and returns what is to be told. */
  List<ObjectEvent> frame(Observation frame, Zones zones) {
    List<ObjectEvent> told = new ArrayList<>();
    if (lastAt != NEVER && frame.atMicros() - lastAt > config.silenceMicros()) {
      endAll(EndCause.SILENT, told);
    }
    if (!frame.inferred()) {
      return told;
    }
    if (lastAt != NEVER && frame.atMicros() < lastAt - CLOCK_JUMP_MICROS) {
      endAll(EndCause.CLOCK, told);
      lastAt = NEVER;
    }
    long since = lastAt == NEVER ? 0 : Math.max(0, frame.atMicros() - lastAt);
    lastAt = Math.max(lastAt, frame.atMicros());
    for (String label : labels(frame)) {
      follow(label, frame, since, zones);
    }
    endGone(told);
    tell(told);
    return told;
  }

  /** Nobody has looked for a long time: ends all events. */
  List<ObjectEvent> silent() {
    List<ObjectEvent> told = new ArrayList<>();
    endAll(EndCause.SILENT, told);
    return told;
  }

  boolean isIdle() {
    return tracks.isEmpty();
  }

  /** Sure objects that have not gone, in the order in which they began. */
  List<Look.Present> present() {
    return tracks.stream().filter(Track::isConfirmed).map(Track::present).toList();
  }

  private Collection<String> labels(Observation frame) {
    TreeSet<String> labels = new TreeSet<>();
    tracks.forEach(track -> labels.add(track.label()));
    frame.seen().forEach(seen -> labels.add(seen.label()));
    return labels;
  }

  private void follow(String label, Observation frame, long since, Zones zones) {
    List<Track> present = new ArrayList<>(tracks);
    present.removeIf(track -> !track.label().equals(label));
    List<Seen> strong = seen(frame, label, config.minScore(), 2);
    List<Seen> taken = new ArrayList<>();
    match(present, strong, frame, zones, taken);
    List<Track> rest = new ArrayList<>(present);
    rest.removeIf(track -> !track.isConfirmed());
    present.removeAll(rest);
    match(rest, seen(frame, label, config.keepScore(), config.minScore()), frame, zones, taken);
    present.addAll(rest);
    long missed = Math.min(since, config.patienceMicros() / 2);
    present.forEach(track -> track.miss(missed));
    begin(strong, taken, frame, zones);
    confirm(label);
  }

  /** In the order of the record, which is the model's. */
  private static List<Seen> seen(Observation frame, String label, double least, double below) {
    return new ArrayList<>(
        frame.seen().stream()
            .filter(
                seen -> seen.label().equals(label) && seen.score() >= least && seen.score() < below)
            .toList());
  }

  /** Gives tracks their boxes; both leave their lists. */
  private void match(
      List<Track> open, List<Seen> boxes, Observation frame, Zones zones, List<Seen> taken) {
    if (open.isEmpty() || boxes.isEmpty()) {
      return;
    }
    double[][] cost = new double[open.size()][boxes.size()];
    for (int i = 0; i < open.size(); i++) {
      Track track = open.get(i);
      double extra = (track.isConfirmed() ? 0 : NEW_COST) + (track.isUnseen() ? UNSEEN_COST : 0);
      for (int j = 0; j < boxes.size(); j++) {
        cost[i][j] = track.cost(frame, boxes.get(j)) + extra;
      }
    }
    int[] boxOf = Assignment.solve(cost);
    List<Seen> matched = new ArrayList<>();
    for (int i = open.size() - 1; i >= 0; i--) {
      if (boxOf[i] >= 0) {
        Seen box = boxes.get(boxOf[i]);
        open.remove(i).see(frame, box, zones);
        matched.add(box);
      }
    }
    boxes.removeAll(matched);
    taken.addAll(matched);
  }

  private void begin(List<Seen> left, List<Seen> taken, Observation frame, Zones zones) {
    int number = 0;
    for (Seen seen : left) {
      if (taken.stream().noneMatch(other -> other.box().iou(seen.box()) >= SAME)) {
        tracks.add(Track.begin(promptId, frame, seen, number++, zones));
        taken.add(seen);
      }
    }
  }

  private void confirm(String label) {
    tracks.removeIf(
        track ->
            track.label().equals(label)
                && !track.isConfirmed()
                && track.frames() + config.confirmOf() - track.age() < config.confirm());
    for (Track track : tracks) {
      if (track.label().equals(label) && track.frames() >= config.confirm()) {
        track.confirm();
      }
    }
  }

  private void endGone(List<ObjectEvent> told) {
    List<Track> gone = new ArrayList<>(tracks);
    gone.removeIf(track -> !track.isConfirmed() || track.unseenMicros() < config.patienceMicros());
    tracks.removeAll(gone);
    end(gone, EndCause.LEFT, told);
  }

  private void endAll(EndCause cause, List<ObjectEvent> told) {
    List<Track> all = new ArrayList<>(tracks);
    all.removeIf(track -> !track.isConfirmed());
    tracks.clear();
    end(all, cause, told);
  }

  private void end(List<Track> gone, EndCause cause, List<ObjectEvent> told) {
    if (!gone.isEmpty()) {
      Map<String, Map<String, Integer>> counts = counts();
      for (Track track : gone) {
        told.add(track.end(promptId, lastAt, counts.getOrDefault(track.label(), Map.of()), cause));
      }
    }
  }

  private void tell(List<ObjectEvent> told) {
    Map<String, Map<String, Integer>> counts = null;
    for (Track track : tracks) {
      if (track.isConfirmed() && track.isDue(lastAt, config.updateEveryMicros())) {
        counts = counts == null ? counts() : counts;
        told.add(track.tell(promptId, lastAt, counts.getOrDefault(track.label(), Map.of())));
      }
    }
  }

  /** Sure objects by label and zone. */
  private Map<String, Map<String, Integer>> counts() {
    Map<String, Map<String, Integer>> counts = new HashMap<>();
    for (Track track : tracks) {
      if (track.isConfirmed()) {
        Map<String, Integer> zones =
            counts.computeIfAbsent(track.label(), any -> new LinkedHashMap<>());
        track.zones().forEach(zone -> zones.merge(zone, 1, Integer::sum));
      }
    }
    return counts;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(lastAt);
    out.writeInt(tracks.size());
    for (Track track : tracks) {
      track.write(out);
    }
  }

  void read(String camera, DataInput in) throws IOException {
    lastAt = in.readLong();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      tracks.add(Track.read(camera, in));
    }
  }
}
