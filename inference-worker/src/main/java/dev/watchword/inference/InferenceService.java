package dev.watchword.inference;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopService;
import dev.watchword.service.LoopThread;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames to detections with one model. Several processes share the cameras as a consumer group. The
 * model is loaded on the thread of the live frames after {@link #start()}; one that cannot be
 * loaded is told to the context as a bug, in one sentence. A second thread asks the same model
 * about replays while no live frame waits. A model with several lanes is asked about as many
 * batches of live frames at the same time.
 */
public final class InferenceService extends LoopService {
  private static final Logger log = LoggerFactory.getLogger(InferenceService.class);
  private static final String NAME = "inference";

  /** The consumer group that answers the frames of replays. */
  public static final String REPLAY_GROUP = "inference-replay";

  private static final int MIN_POLL_RECORDS = 64;

  private final InferenceConfig config;
  private final Path cacheDirectory;
  private final InferenceMetrics metrics;
  private final ReplayMetrics replayMetrics;
  private final HealthLog replayHealth = new HealthLog(REPLAY_GROUP);

  /**
   * @param cacheDirectory where the embedded checkpoint is unpacked when the configuration names
   *     none
   */
  public InferenceService(ServiceContext context, InferenceConfig config, Path cacheDirectory) {
    super(NAME, context);
    this.config = Objects.requireNonNull(config, "config");
    this.cacheDirectory = Objects.requireNonNull(cacheDirectory, "cacheDirectory");
    this.metrics = new InferenceMetrics(context.registry());
    this.replayMetrics = new ReplayMetrics(context.registry());
  }

  @Override
  public void start() {
    health.quietlyDown("loading model");
    start(NAME, new ConnectingLoop(new Worker(), health));
  }

  /** Loads the model first, and once: it outlives a loop that could not be made. */
  private final class Worker implements ConnectingLoop.Connector {
    private final ModelTurns turns = new ModelTurns();
    private EngineModel model;
    private LoopThread replays;

    @Override
    public InferenceLoop connect(Backoff backoff)
        throws CheckpointException, IOException, InterruptedException {
      if (model == null) {
        model = config.load(directory());
        replays = replays(model, turns).start();
      }
      new PromptTopic(context.kafka()).seed(config.prompts(), config.seeder());
      return new InferenceLoop(
          config,
          model,
          turns,
          clients(model.lanes() * config.maxBatch()),
          new LoopTime(context.clock(), System::nanoTime),
          backoff,
          new CoverageTotals(this::run),
          metrics,
          health);
    }

    private String run() {
      return Ids.session(context.clock(), RandomGenerator.getDefault());
    }

    @Override
    public void close() {
      if (model != null) {
        replays.stop();
        turns.takeForGood();
        replays.close();
        model.close();
      }
    }
  }

  private LoopThread replays(EngineModel model, ModelTurns turns) {
    return new LoopThread(
        REPLAY_GROUP,
        new ConnectingLoop(
            new ConnectingLoop.Connector() {
              @Override
              public ReplayLoop connect(Backoff backoff) {
                return new ReplayLoop(
                    config.replayBatch(),
                    model,
                    turns,
                    replayClients(),
                    new LoopTime(context.clock(), System::nanoTime),
                    backoff,
                    replayMetrics,
                    replayHealth);
              }

              @Override
              public void close() {
                // The model belongs to the thread of the live frames.
              }
            },
            replayHealth),
        this::broken);
  }

  private ReplayClients replayClients() {
    KafkaSettings kafka = context.kafka();
    String transactionalId = kafka.group(REPLAY_GROUP) + "-" + UUID.randomUUID();
    return new ReplayClients(
        new KafkaConsumer<>(
            kafka.consumer(
                REPLAY_GROUP, kafka.group(REPLAY_GROUP), consumerSettings(config.maxBatch()))),
        kafka.decoder(),
        () -> new KafkaProducer<>(kafka.producer(REPLAY_GROUP, producerSettings(transactionalId))),
        kafka.name(Topic.FRAMES_REPLAY),
        new BatchInference.Topics(
            kafka.name(Topic.DETECTIONS_REPLAY),
            kafka.name(Topic.FRAMES_DEAD_LETTER),
            kafka.name(Topic.COVERAGE)));
  }

  private Path directory() throws IOException {
    if (config.remote().isPresent()) {
      return Files.createDirectories(cacheDirectory);
    }
    if (config.modelPath().isPresent()) {
      return config.modelPath().get();
    }
    config.prompts().stream()
        .filter(prompt -> prompt.asked().task() != Task.DETECT)
        .forEach(
            prompt ->
                log.atWarn()
                    .addKeyValue("prompt", prompt.id())
                    .addKeyValue("text", prompt.asked().text())
                    .log(
                        "the embedded model only detects, its answer to this prompt means nothing;"
                            + " set model.path to a PaliGemma checkpoint"));
    try {
      return EmbeddedCheckpoint.extractTo(cacheDirectory);
    } catch (IOException e) {
      throw new IOException(
          "the embedded model cannot be unpacked to " + cacheDirectory + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param mostFrames that the loop may take at once
   */
  private FrameClients clients(int mostFrames) {
    KafkaSettings kafka = context.kafka();
    String transactionalId = kafka.group(NAME) + "-" + UUID.randomUUID();
    return new FrameClients(
        new KafkaConsumer<>(kafka.consumer(NAME, kafka.group(NAME), consumerSettings(mostFrames))),
        kafka.decoder(),
        new PromptFeed(
            new KafkaConsumer<>(kafka.consumer("prompts", "", Map.of())),
            kafka.decoder(),
            kafka.name(Topic.PROMPTS),
            new PromptBook(),
            System::nanoTime),
        () -> new KafkaProducer<>(kafka.producer(NAME, producerSettings(transactionalId))),
        kafka.name(Topic.FRAMES),
        kafka.name(Topic.FRAMES_LATE),
        new BatchInference.Topics(
            kafka.name(Topic.DETECTIONS),
            kafka.name(Topic.FRAMES_DEAD_LETTER),
            kafka.name(Topic.COVERAGE)));
  }

  private static Map<String, Object> consumerSettings(int mostFrames) {
    return Map.of(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(MIN_POLL_RECORDS, mostFrames),
        // Partitions that stay keep their pending frames and their memory of duplicates.
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            CooperativeStickyAssignor.class.getName());
  }

  /** A transaction lasts milliseconds; a dead worker holds readers up for ten seconds at most. */
  private static Map<String, Object> producerSettings(String transactionalId) {
    return Map.of(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId,
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
        ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000,
        ProducerConfig.LINGER_MS_CONFIG, 0);
  }
}
