package dev.watchword.app.replay;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayState;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * One process's work on a replay: publishes frames, a few more than have been answered, follows the
 * answers and tells the events. Each transaction holds some of these and the record that says how
 * far the replay is, so it goes on exactly there, whenever it is killed. Used by one thread.
 */
final class ReplayRun implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMillis(100);
  private static final Duration HEARTBEAT = Duration.ofSeconds(3);

  private final KafkaSettings kafka;
  private final Replays replays;
  private final Producer<String, Object> producer;
  private final AnswerReader answers;
  private final BatchReader reader;
  private final ReplayEvents events;
  private final int ahead;
  private final LongSupplier nanos;
  private final long startNanos;
  private final boolean single;
  private final List<ObjectEvent> untold = new ArrayList<>();
  private Replay replay;
  private Optional<Batch> held = Optional.empty();
  private double playedSeconds;
  private long answered;
  private long failed;
  private long committedNanos;
  private boolean changed;

  /**
   * Takes a replay up where its record says.
   *
   * @param producer made after all that another process could have done, and before the record was
   *     read; closed with this
   * @param ahead how many frames are published before answers must come
   * @throws IOException when the answers that it had are not kept any more
   */
  ReplayRun(
      KafkaSettings kafka,
      Producer<String, Object> producer,
      Replay replay,
      BatchReader reader,
      ReplayEvents events,
      int ahead,
      boolean single,
      LongSupplier nanos)
      throws IOException, InterruptedException {
    this.kafka = kafka;
    this.replays = new Replays(kafka);
    this.producer = producer;
    this.replay = replay;
    this.reader = reader;
    this.events = events;
    this.ahead = ahead;
    this.single = single;
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
    this.committedNanos = startNanos - HEARTBEAT.toNanos();
    this.answers = new AnswerReader(kafka, replay);
    try {
      take(answers.present());
      if (answered < replay.getAnswered()) {
        throw new IOException(
            "replay "
                + replay.getId()
                + " cannot go on, because some of its answers are not kept any more; start a new one");
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Its record as it would be written now. */
  Replay replay() {
    return replay;
  }

  boolean isDone() {
    return replay.getState() != ReplayState.RUNNING;
  }

  /**
   * One round.
   *
   * @throws KafkaException when Kafka does not answer, or another process has taken over
   */
  void step() throws IOException, InterruptedException {
    boolean published = publish();
    take(answers.poll(published ? Duration.ZERO : IDLE));
    if (replay.getIsRead() && held.isEmpty() && replay.getAnswered() == replay.getAsked()) {
      untold.addAll(events.end());
      replay = Replay.newBuilder(replay).setState(ReplayState.DONE).build();
      commit(List.of());
    } else if (isDue()) {
      commit(List.of());
    }
  }

  private boolean isDue() {
    long since = nanos.getAsLong() - committedNanos;
    return since >= HEARTBEAT.toNanos() || changed && since >= HEARTBEAT.toNanos() / 3;
  }

  /** Publishes a batch if its time has come and there are not too many ahead. */
  private boolean publish() throws IOException {
    if (held.isEmpty()) {
      held = read();
    }
    if (held.isEmpty() || isEarly() || isFarAhead(held.get())) {
      return false;
    }
    Batch batch = held.get();
    held = Optional.empty();
    playedSeconds +=
        (batch.frames().size() + batch.unasked()) / replay.getRequest().getSamplesPerSecond();
    replay = counted(batch);
    commit(batch.frames());
    return true;
  }

  /** A source that cannot be read is left out, unless there is no other. */
  private Optional<Batch> read() throws IOException {
    while (true) {
      try {
        return reader.next();
      } catch (BatchReader.UnreadableException e) {
        if (single) {
          throw new IOException(e.getMessage(), e);
        }
        replay = with(e.source().name() + " was left out: " + e.getMessage());
        if (reader.isOver()) {
          replay = Replay.newBuilder(replay).setIsRead(true).build();
        }
        changed = true;
      }
    }
  }

  private Replay with(String sentence) {
    String before = replay.getDetail();
    return Replay.newBuilder(replay)
        .setDetail(before.isEmpty() ? sentence : before + "; " + sentence)
        .build();
  }

  private boolean isEarly() {
    double speed = replay.getRequest().getSpeed();
    return speed > 0 && (nanos.getAsLong() - startNanos) / 1e9 < playedSeconds / speed;
  }

  private boolean isFarAhead(Batch batch) {
    long asked = asked(batch.frames());
    long perFrame = batch.frames().isEmpty() ? 1 : Math.max(1, asked / batch.frames().size());
    return asked > 0 && replay.getAsked() - replay.getAnswered() + asked > ahead * perFrame;
  }

  private static long asked(List<SampledFrame> frames) {
    return frames.stream().mapToLong(frame -> frame.getReplay().getPrompts().size()).sum();
  }

  private Replay counted(Batch batch) {
    List<SampledFrame> frames = batch.frames();
    return Replay.newBuilder(replay)
        .setSource(batch.source().name())
        .setSourceFrames(batch.sourceFrames())
        .setIsRead(batch.isLast())
        .setFrames(replay.getFrames() + frames.size() + batch.unasked())
        .setPublished(replay.getPublished() + frames.size())
        .setUnasked(replay.getUnasked() + batch.unasked())
        .setDamaged(replay.getDamaged() + batch.damaged())
        .setBatches(replay.getBatches() + (frames.isEmpty() ? 0 : 1))
        .setAsked(replay.getAsked() + asked(frames))
        .setPosition(frames.isEmpty() ? replay.getPosition() : frames.getLast().getCapturedAt())
        .build();
  }

  private void take(List<FrameDetections> more) {
    for (FrameDetections answer : more) {
      answered++;
      failed += answer.getOutcome() == Outcome.FAILED ? 1 : 0;
      untold.addAll(events.answer(answer));
    }
    if (!more.isEmpty()) {
      changed = true;
      if (answered >= replay.getAnswered()) {
        replay =
            Replay.newBuilder(replay)
                .setAnswered(answered)
                .setFailed(failed)
                .setModel(more.getLast().getModel())
                .build();
      }
    }
  }

  private void commit(List<SampledFrame> frames) {
    Replay next =
        Replay.newBuilder(replay)
            .setEvents(new HashMap<>(events.told()))
            .setChangedAt(Replays.now())
            .build();
    producer.beginTransaction();
    for (SampledFrame frame : frames) {
      send(Topic.FRAMES_REPLAY, frame.getId().getCamera(), frame);
    }
    for (ObjectEvent event : untold) {
      send(Topic.EVENTS_REPLAY, event.getCamera(), event);
    }
    producer.send(replays.record(next));
    producer.commitTransaction();
    untold.clear();
    replay = next;
    changed = false;
    committedNanos = nanos.getAsLong();
  }

  private void send(Topic topic, String camera, Object value) {
    producer.send(
        new ProducerRecord<>(kafka.name(topic), Ids.replayKey(replay.getId(), camera), value));
  }

  /** Writes that the replay cannot go on. */
  void fail(String sentence) {
    replay = Replay.newBuilder(with(sentence)).setState(ReplayState.FAILED).build();
    commit(List.of());
  }

  /** So long it has worked in this process. */
  Duration elapsed() {
    return Duration.ofNanos(nanos.getAsLong() - startNanos);
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    answers.close();
    reader.close();
  }
}
