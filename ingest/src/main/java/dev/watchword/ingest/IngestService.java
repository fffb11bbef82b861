package dev.watchword.ingest;

import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Reads all cameras of the configuration and publishes their sampled frames and states, one thread
 * for each camera. A camera that is away is retried and does not make the service unhealthy; a
 * broker that is away does.
 */
public final class IngestService implements Service {
  private final ServiceContext context;
  private final IngestConfig config;
  private final Supplier<Producer<String, SpecificRecord>> producers;
  private final FrameSource.Opener opener;
  private final Pause pause;
  private final IngestMetrics metrics;
  private final List<CameraSupervisor> supervisors = new CopyOnWriteArrayList<>();
  private final List<LoopThread> threads = new ArrayList<>();
  private final List<CameraTaps> taps = new ArrayList<>();
  private final Map<String, EvidenceLoop.Source> evidence = new ConcurrentHashMap<>();
  private LoopThread evidenceThread;
  private volatile FramePublisher publisher;
  private boolean closed;

  public IngestService(ServiceContext context, IngestConfig config) {
    this(
        context,
        config,
        () -> new KafkaProducer<>(context.kafka().producer("ingest", producerSettings())),
        FfmpegSource.opener(context.clock(), Pause.real()),
        Pause.real());
  }

  IngestService(
      ServiceContext context,
      IngestConfig config,
      Supplier<Producer<String, SpecificRecord>> producers,
      FrameSource.Opener opener,
      Pause pause) {
    this.context = context;
    this.config = config;
    this.producers = producers;
    this.opener = opener;
    this.pause = pause;
    this.metrics = new IngestMetrics(context.registry());
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
    Producer<String, SpecificRecord> producer = producers.get();
    publisher =
        new FramePublisher(
            producer,
            context.kafka().name(Topic.FRAMES),
            context.kafka().name(Topic.CAMERA_STATUS),
            context.clock(),
            System::nanoTime);
    RecordSender segments = sender(producer, Topic.RECORDINGS);
    for (CameraConfig camera : config.cameras()) {
      start(camera, segments);
    }
    startEvidence(sender(producer, Topic.EVIDENCE));
  }

  private RecordSender sender(Producer<String, SpecificRecord> producer, Topic topic) {
    return new RecordSender(producer, context.kafka().name(topic), () -> metrics.recordLost(topic));
  }

  private void start(CameraConfig camera, RecordSender segments) {
    IngestMetrics.Camera counts = metrics.camera(camera.id());
    CameraTaps tapped =
        new CameraTaps(
            camera,
            config.storage(),
            segment -> segments.send(segment.getCamera(), segment),
            counts,
            context.clock(),
            context.bugs());
    taps.add(tapped);
    evidence.put(camera.id(), new EvidenceLoop.Source(camera, tapped.ring()));
    CameraSupervisor supervisor =
        new CameraSupervisor(
            camera,
            opener,
            publisher,
            counts,
            context.clock(),
            pause,
            RandomGenerator.getDefault(),
            tapped.all());
    supervisors.add(supervisor);
    threads.add(new LoopThread("camera-" + camera.id(), supervisor, context.bugs()).start());
  }

  private void startEvidence(RecordSender answers) {
    if (context.kafka().bootstrapServers().isEmpty()) {
      return;
    }
    HealthLog health = new HealthLog("evidence");
    health.quietlyDown("connecting");
    EvidenceConnector connector =
        new EvidenceConnector(
            context.kafka(),
            evidence,
            new EvidenceMaker(config.storage()),
            answer -> answers.send(answer.getCamera(), answer),
            context.clock(),
            health);
    evidenceThread =
        new LoopThread("evidence", new ConnectingLoop(connector, health), context.bugs()).start();
  }

  @Override
  public Health health() {
    if (publisher == null) {
      return Health.down("not started");
    }
    Health broker = publisher.health();
    return broker.ok() ? Health.up(cameras()) : Health.down(broker.detail() + "; " + cameras());
  }

  private String cameras() {
    long live = count(CameraState.LIVE);
    long ended = count(CameraState.ENDED);
    String text = live + " of " + supervisors.size() + " cameras live";
    return ended == 0 ? text : text + ", " + ended + " ended";
  }

  private long count(CameraState state) {
    return supervisors.stream().filter(supervisor -> supervisor.state() == state).count();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    threads.forEach(LoopThread::stop);
    if (evidenceThread != null) {
      evidenceThread.stop();
    }
    threads.forEach(LoopThread::close);
    taps.forEach(CameraTaps::stop);
    if (evidenceThread != null) {
      evidenceThread.close();
    }
    taps.forEach(CameraTaps::close);
    if (publisher != null) {
      publisher.close();
    }
  }
}
