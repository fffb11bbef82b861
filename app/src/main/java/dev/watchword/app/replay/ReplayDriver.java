package dev.watchword.app.replay;

import dev.watchword.inference.PromptBook;
import dev.watchword.inference.PromptTopic;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.ReplayState;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Backoff;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import dev.watchword.service.kafka.RecordsSince;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.events.CameraZones;
import dev.watchword.sink.events.TrackingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Carries out replays: begins them, or goes on with those that were cut short, and waits while
 * Kafka is away. Used by one thread.
 */
public final class ReplayDriver {
  /** Frames that are published before answers must come. */
  private static final int AHEAD = 64;

  private static final Duration CLEAN_EVERY = Duration.ofSeconds(30);
  private static final Duration EXPLANATION = Duration.ofSeconds(10);

  private final KafkaSettings kafka;
  private final Replays replays;
  private final Path storage;
  private final TrackingConfig tracking;
  private final ReplayView view;

  /**
   * @param storage the directory that recordings are in
   */
  public ReplayDriver(KafkaSettings kafka, Path storage, TrackingConfig tracking, ReplayView view) {
    this.kafka = kafka;
    this.replays = new Replays(kafka);
    this.storage = storage;
    this.tracking = tracking;
    this.view = view;
  }

  /**
   * Writes down that a replay is wanted.
   *
   * @throws IOException in one sentence, when there is nothing to replay
   */
  public Replay begin(ReplayRequest request) throws IOException, InterruptedException {
    Sources sources = sources(request);
    Instant now = Replays.now();
    Replay replay =
        Replay.newBuilder()
            .setId(Replays.newId(now, ThreadLocalRandom.current().nextInt()))
            .setState(ReplayState.RUNNING)
            .setDetail(sources.detail())
            .setRequest(request)
            .setCreatedAt(now)
            .setChangedAt(now)
            .build();
    try (Producer<String, Object> producer = replays.producer(replay.getId())) {
      producer.beginTransaction();
      producer.send(replays.record(replay));
      producer.commitTransaction();
    }
    return replay;
  }

  /**
   * Works on a replay until it has ended, and returns its last record.
   *
   * @throws IOException in one sentence, when it cannot go on
   */
  public Replay run(String id) throws IOException, InterruptedException {
    Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));
    while (true) {
      try {
        return work(id);
      } catch (ProducerFencedException | InvalidProducerEpochException e) {
        throw new IOException(lost(id), e);
      } catch (KafkaException e) {
        view.away(KafkaSettings.sentence(e));
        backoff.await();
      }
    }
  }

  /** Whoever took the replay writes down what for in a moment. */
  private String lost(String id) throws InterruptedException {
    Instant when = Replays.now();
    long deadline = System.nanoTime() + EXPLANATION.toNanos();
    while (System.nanoTime() < deadline) {
      Replay replay = replays.settled(id).orElseThrow();
      if (replay.getState() == ReplayState.CANCELLED) {
        return "replay " + id + " was cancelled";
      }
      if (replay.getChangedAt().isAfter(when)) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return "replay " + id + " was taken over by another process";
  }

  private Replay work(String id) throws IOException, InterruptedException {
    Producer<String, Object> producer = replays.producer(id);
    boolean owned = false;
    try {
      Replay replay = replays.settled(id).orElseThrow();
      if (replay.getState() != ReplayState.RUNNING) {
        return replay;
      }
      List<Source> sources = sources(replay.getRequest()).list();
      BatchReader reader = reader(replay, sources);
      ReplayEvents events = new ReplayEvents(tracking, zones(), replay.getEvents());
      owned = true;
      try (ReplayRun run =
          new ReplayRun(
              kafka,
              producer,
              replay,
              reader,
              events,
              AHEAD,
              sources.size() == 1,
              System::nanoTime)) {
        view.begin(replay, sources, run);
        return untilDone(run);
      }
    } finally {
      if (!owned) {
        producer.close(Duration.ZERO);
      }
    }
  }

  private Replay untilDone(ReplayRun run) throws IOException, InterruptedException {
    Duration cleaned = run.elapsed();
    try {
      while (!run.isDone()) {
        run.step();
        view.show(run.replay(), run.elapsed());
        if (run.elapsed().minus(cleaned).compareTo(CLEAN_EVERY) > 0) {
          replays.deleteAnswered();
          cleaned = run.elapsed();
        }
      }
    } catch (IOException e) {
      run.fail(e.getMessage());
      throw e;
    }
    replays.deleteAnswered();
    return run.replay();
  }

  private BatchReader reader(Replay replay, List<Source> sources)
      throws IOException, InterruptedException {
    return new BatchReader(
        replay.getId(),
        sources,
        replay.getRequest().getSamplesPerSecond(),
        prompts(replay.getRequest()),
        replay.getSource(),
        replay.getSourceFrames(),
        replay.getBatches());
  }

  private Function<SampledFrame, List<ReplayPrompt>> prompts(ReplayRequest request)
      throws IOException, InterruptedException {
    if (!request.getPrompts().isEmpty()) {
      return frame -> request.getPrompts();
    }
    PromptBook book = new PromptBook();
    List<Prompt> versions = new PromptTopic(kafka).read();
    if (versions.isEmpty()) {
      throw new IOException("no prompt was ever set; say with --prompt what is to be asked");
    }
    for (Prompt version : versions) {
      try {
        book.add(version);
      } catch (IllegalArgumentException e) {
        // Workers leave it out too, and say so.
      }
    }
    return frame ->
        book.of(frame.getId().getCamera(), frame.getCapturedAt()).stream()
            .map(dev.watchword.inference.Prompt::replayed)
            .toList();
  }

  private Function<String, Zones> zones() throws InterruptedException {
    Map<String, Zones> drawn =
        CameraZones.drawn(LatestRecords.read(kafka, Topic.CAMERAS, Camera.class).values());
    return camera -> drawn.getOrDefault(camera, Zones.NONE);
  }

  private record Sources(List<Source> list, String detail) {}

  private Sources sources(ReplayRequest request) throws IOException, InterruptedException {
    if (request.getPath() != null) {
      return new Sources(
          VideoFiles.of(Path.of(request.getPath()), request.getCamera(), request.getStart()), "");
    }
    RecordedRange range = recorded(request);
    List<String> first = range.missing().subList(0, Math.min(5, range.missing().size()));
    int more = range.missing().size() - first.size();
    String detail = String.join("; ", first) + (more > 0 ? "; and " + more + " more" : "");
    return new Sources(range.sources(), detail);
  }

  private RecordedRange recorded(ReplayRequest request) throws IOException, InterruptedException {
    List<Segment> segments = new ArrayList<>();
    RecordsSince.read(kafka, Topic.RECORDINGS, Segment.class, Instant.EPOCH, segments::add);
    return RecordedRange.of(
        segments, storage, request.getCamera(), request.getFrom(), request.getTo());
  }

  /** Where a replay's frames come from, to look at some of them again. */
  List<Source> sourcesOf(Replay replay) throws IOException, InterruptedException {
    return sources(replay.getRequest()).list();
  }
}
