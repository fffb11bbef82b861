package dev.watchword.ingest;

import dev.watchword.ingest.FramePublisher.TopicNames;
import dev.watchword.ingest.IngestConfig.Entry;
import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.LeftCoverage;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.DeadLetters;
import dev.watchword.service.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Reads cameras and publishes their sampled frames and states, one thread for each camera. Which
 * cameras there are stands on the topic {@code cameras}, to which the file's are added at the
 * start; all ingest processes share them. A camera that is away is retried and does not make the
 * service unhealthy; a broker that is away does, and frames then wait on disk.
 */
public final class IngestService implements Service {
  private static final Duration SETTLE_LIMIT = Duration.ofMillis(300);

  private final ServiceContext context;
  private final IngestConfig config;
  private final Supplier<Producer<String, SpecificRecord>> producers;
  private final FrameSource.Opener opener;
  private final Pause pause;
  private final BiFunction<Roster, HealthLog, LoopThread.Loop> placement;
  private final CoverageBook book;
  private final IngestMetrics metrics;
  private final Map<String, EvidenceLoop.Source> evidence = new ConcurrentHashMap<>();
  private final HealthLog placementHealth = new HealthLog("placement");
  private final Roster roster;
  private Spool spool;
  private RecordSender segments;
  private LoopThread evidenceThread;
  private volatile FramePublisher publisher;
  private CoverageLoop coverage;
  private LoopThread spoolThread;
  private LoopThread coverageThread;
  private LoopThread placementThread;
  private boolean closed;

  public IngestService(ServiceContext context, IngestConfig config) {
    this(
        context,
        config,
        () -> new KafkaProducer<>(context.kafka().producer("ingest", producerSettings())),
        FfmpegSource.opener(context.clock(), Pause.real()),
        Pause.real(),
        (roster, health) ->
            new ConnectingLoop(new Placement(context, config, roster, health), health));
  }

  /**
   * @param placement tells the roster which cameras to run
   */
  IngestService(
      ServiceContext context,
      IngestConfig config,
      Supplier<Producer<String, SpecificRecord>> producers,
      FrameSource.Opener opener,
      Pause pause,
      BiFunction<Roster, HealthLog, LoopThread.Loop> placement) {
    this.context = context;
    this.config = config;
    this.producers = producers;
    this.opener = opener;
    this.pause = pause;
    this.placement = placement;
    this.book = new CoverageBook(Ids.session(context.clock(), RandomGenerator.getDefault()));
    this.metrics = new IngestMetrics(context.registry(), book);
    Map<String, String> ownUrls =
        config.entries().stream()
            .collect(Collectors.toMap(Entry::id, entry -> entry.written().get("url")));
    this.roster =
        new Roster(
            camera -> CameraRecords.config(camera, ownUrls, System::getenv),
            this::start,
            this::refused);
  }

  /** The settings of ingest's producer, for measurements against it. */
  public static Map<String, Object> producerSettings() {
    return FramePublisher.producerSettings();
  }

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public synchronized void start() {
    spool =
        config
            .outbox()
            .map(outbox -> Spool.open(outbox.directory(), outbox.bytes(), metrics))
            .orElseGet(() -> Spool.none(metrics));
    Producer<String, SpecificRecord> producer = producers.get();
    publisher =
        new FramePublisher(
            producer, topics(context.kafka()), context.clock(), System::nanoTime, spool);
    segments = sender(producer, Topic.RECORDINGS);
    spoolThread = thread("outbox", new SpoolLoop(spool, publisher, pause));
    coverage =
        new CoverageLoop(
            book,
            publisher,
            config.outbox().map(outbox -> new LeftCoverage(outbox.directory().resolve("coverage"))),
            () -> metrics.recordLost(Topic.COVERAGE),
            context.clock(),
            pause);
    coverageThread = thread("coverage", coverage);
    placementHealth.quietlyDown("looking for its cameras");
    placementThread = thread("placement", placement.apply(roster, placementHealth));
    startEvidence(
        sender(producer, Topic.EVIDENCE), sender(producer, Topic.EVIDENCE_REQUESTS_DEAD_LETTER));
  }

  private RecordSender sender(Producer<String, SpecificRecord> producer, Topic topic) {
    return new RecordSender(producer, context.kafka().name(topic), () -> metrics.recordLost(topic));
  }

  private LoopThread thread(String name, LoopThread.Loop loop) {
    return new LoopThread(name, loop, context.bugs()).start();
  }

  private static TopicNames topics(KafkaSettings kafka) {
    return new TopicNames(
        kafka.name(Topic.FRAMES),
        kafka.name(Topic.FRAMES_LATE),
        kafka.name(Topic.CAMERA_STATUS),
        kafka.name(Topic.COVERAGE));
  }

  private RunningCamera start(CameraConfig camera) {
    CameraMetrics counts = metrics.camera(camera.id());
    CameraTaps taps =
        new CameraTaps(
            camera,
            config.recordings(),
            segment -> segments.send(segment.getCamera(), segment),
            counts,
            context.clock(),
            context.bugs());
    CameraSupervisor supervisor =
        new CameraSupervisor(
            camera,
            opener,
            publisher,
            counts,
            context.clock(),
            pause,
            RandomGenerator.getDefault(),
            taps.all(),
            taps::recording);
    evidence.put(camera.id(), new EvidenceLoop.Source(camera, taps.ring()));
    return new RunningCamera(
        camera, supervisor, taps, () -> evidence.remove(camera.id()), context.bugs());
  }

  /** The sentence holds no secret; the URL might. */
  private void refused(Camera camera, String sentence) {
    publisher.publish(
        CameraStatus.newBuilder()
            .setCamera(camera.getId())
            .setState(CameraState.STOPPED)
            .setCause(CameraCause.OTHER)
            .setDetail(sentence)
            .setSince(context.clock().instant())
            .setUrl("")
            .build(),
        () -> {});
  }

  /**
   * Every process reads all requests, and one of them keeps what cannot be read: there are at least
   * as many partitions of cameras as of requests.
   */
  private void unreadable(
      ConsumerRecord<String, byte[]> record, String reason, RecordSender letters) {
    if (roster.owns(record.partition())) {
      metrics.deadLetter(Topic.EVIDENCE_REQUESTS);
      letters.send(record.key(), DeadLetters.of(record, reason, name(), context.clock().instant()));
    }
  }

  private void startEvidence(RecordSender answers, RecordSender letters) {
    if (context.kafka().bootstrapServers().isEmpty()) {
      return;
    }
    HealthLog health = new HealthLog("evidence");
    health.quietlyDown("connecting");
    EvidenceConnector connector =
        new EvidenceConnector(
            context.kafka(),
            evidence,
            new EvidenceMaker(config.storage().open()),
            answer -> answers.send(answer.getCamera(), answer),
            (record, reason) -> unreadable(record, reason, letters),
            context.clock(),
            health);
    evidenceThread = thread("evidence", new ConnectingLoop(connector, health));
  }

  @Override
  public Health health() {
    if (publisher == null) {
      return Health.down("not started");
    }
    Health broker = publisher.health();
    Health placed = placementHealth.current();
    if (!broker.ok() || !placed.ok()) {
      return Health.down((broker.ok() ? placed : broker).detail() + "; " + cameras());
    }
    Map<String, String> unrecorded = roster.recordingTroubles();
    if (!unrecorded.isEmpty()) {
      return Health.degraded(cameras() + "; " + unrecorded(unrecorded));
    }
    return Health.up(cameras());
  }

  private static String unrecorded(Map<String, String> troubles) {
    String first = troubles.values().iterator().next();
    return "not recorded: " + String.join(", ", troubles.keySet()) + ": " + first;
  }

  private String cameras() {
    long live = roster.count(CameraState.LIVE);
    long ended = roster.count(CameraState.ENDED);
    String text = live + " of " + roster.size() + " cameras live";
    return ended == 0 ? text : text + ", " + ended + " ended";
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (publisher == null) {
      return;
    }
    spoolThread.stop();
    coverageThread.stop();
    placementThread.stop();
    if (evidenceThread != null) {
      evidenceThread.stop();
    }
    roster.close();
    placementThread.close();
    if (evidenceThread != null) {
      evidenceThread.close();
    }
    spoolThread.close();
    coverageThread.close();
    publisher.settle(SETTLE_LIMIT);
    coverage.finish();
    publisher.close();
    coverage.leave();
    spool.close();
  }
}
