package dev.watchword.ingest;

import dev.watchword.ingest.FramePublisher.TopicNames;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Health;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.KafkaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private Spool spool;
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
    spool =
        config
            .outbox()
            .map(outbox -> Spool.open(outbox.directory(), outbox.bytes(), metrics))
            .orElseGet(() -> Spool.none(metrics));
    publisher =
        new FramePublisher(
            producers.get(), topics(context.kafka()), context.clock(), System::nanoTime, spool);
    threads.add(
        new LoopThread("outbox", new SpoolLoop(spool, publisher, pause), context.bugs()).start());
    for (CameraConfig camera : config.cameras()) {
      CameraSupervisor supervisor =
          new CameraSupervisor(
              camera,
              opener,
              publisher,
              metrics.camera(camera.id()),
              context.clock(),
              pause,
              RandomGenerator.getDefault());
      supervisors.add(supervisor);
      threads.add(new LoopThread("camera-" + camera.id(), supervisor, context.bugs()).start());
    }
  }

  private static TopicNames topics(KafkaSettings kafka) {
    return new TopicNames(
        kafka.name(Topic.FRAMES), kafka.name(Topic.FRAMES_LATE), kafka.name(Topic.CAMERA_STATUS));
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
    threads.forEach(LoopThread::close);
    if (publisher != null) {
      publisher.close();
      spool.close();
    }
  }
}
