package dev.watchword.inference;

import dev.watchword.paligemma.engine.Generator;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.ConsumerRounds;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.Rewind;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Frames to detections, exactly once: polls, batches across cameras, asks the model about as many
 * batches as it has lanes, and publishes the answers together with the offsets of exactly those
 * frames in one transaction.
 *
 * <p>Frames that ingest had to keep while the broker was away come on a topic of their own; they
 * are read only while no live frame comes, and are never too old.
 *
 * <p>When a transaction fails, everything since the last commit is forgotten and polled again from
 * the committed offsets. The model runs outside of the transaction, so a slow one does not run into
 * the transaction's timeout.
 */
final class InferenceLoop implements LoopThread.Loop {
  private static final Duration IDLE = Duration.ofMillis(500);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final ModelTurns turns;
  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final PromptFeed prompts;
  private final TransactionalPublisher publisher;
  private final FrameBatcher batcher;
  private final SeenFrames seen = new SeenFrames();
  private final Triage triage;
  private final BatchInference inference;
  private final CoverageTotals coverage;
  private final String coverageTopic;
  private final InferenceMetrics metrics;
  private final LongSupplier nanos;
  private final ConsumerRounds rounds;

  private final String lateTopic;
  private final Rewind rewind = new Rewind();
  private boolean idle;
  private Answers inDoubt;

  /** A transaction has failed and its frames are not answered yet. */
  private boolean redoing;

  InferenceLoop(
      InferenceConfig config,
      Generator model,
      ModelTurns turns,
      FrameClients clients,
      LoopTime time,
      Backoff backoff,
      CoverageTotals coverage,
      InferenceMetrics metrics,
      HealthLog health) {
    this.turns = turns;
    this.consumer = clients.consumer();
    this.decoder = clients.decoder();
    this.prompts = clients.prompts();
    this.publisher = new TransactionalPublisher(clients.producers());
    this.batcher = new FrameBatcher(config.maxBatch(), model.lanes(), config.maxBatchDelay());
    this.triage = new Triage(prompts.book(), config.maxAge(), time.clock(), seen);
    this.inference =
        new BatchInference(model, prompts.book()::of, clients.topics(), time.clock(), metrics);
    this.coverage = coverage;
    this.coverageTopic = clients.topics().coverage();
    this.metrics = metrics;
    this.nanos = time.nanos();
    this.rounds =
        new ConsumerRounds(consumer, time.nanos(), backoff, health, "results cannot be published");
    this.lateTopic = clients.lateTopic();
    consumer.subscribe(List.of(clients.framesTopic(), lateTopic), new Rebalance());
  }

  @Override
  public void step() throws InterruptedException {
    rounds.step(
        () -> {
          publisher.prepare();
          rewind.ifAsked(consumer).ifPresent(this::cameBack);
          poll();
          if (batcher.isDue(nanos.getAsLong())) {
            answer();
          }
          if (!redoing) {
            rounds.well(
                inference.lostModel().map(Health::down).orElseGet(() -> Health.up("running")));
          }
        },
        this::startOver);
  }

  /** Polls even when there is enough to do, so that the group sees that this worker lives. */
  private void poll() throws InterruptedException {
    Duration patience = batcher.patience(nanos.getAsLong(), IDLE);
    boolean anyLive = false;
    for (ConsumerRecord<String, byte[]> record : rounds.poll(patience, heldBack())) {
      rewind.polled(record);
      Received received = read(record);
      anyLive |= !received.late();
      batcher.add(received);
    }
    idle = !anyLive && batcher.isEmpty();
    turns.liveGathers(!batcher.isEmpty());
  }

  /** All partitions while there is enough to do; late frames' while a live one came. */
  private List<TopicPartition> heldBack() {
    boolean full = batcher.isFull();
    return consumer.assignment().stream()
        .filter(partition -> full || !idle && partition.topic().equals(lateTopic))
        .toList();
  }

  private Received read(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    long now = nanos.getAsLong();
    boolean late = record.topic().equals(lateTopic);
    try {
      SampledFrame frame = decoder.decode(record, SampledFrame.class);
      return frame == null
          ? new Received.Unreadable(record, now, late, "the record has no value")
          : new Received.Frame(record, now, late, frame);
    } catch (BadRecordException e) {
      return new Received.Unreadable(record, now, late, e.getMessage());
    }
  }

  private void answer() throws InterruptedException {
    prompts.refresh();
    Answers answers = ask(batcher.take(triage::judge));
    coverage.with(answers.tallies()).forEach(record -> answers.cover(coverageTopic, record));
    try (BatchMeter.Stage stage = metrics.stage("publish")) {
      publisher.publish(answers.records(), answers.offsets(), consumer.groupMetadata());
    } catch (KafkaException e) {
      inDoubt = answers;
      coverage.beginAnew();
      metrics.aborted();
      throw e;
    }
    coverage.committed(answers.tallies());
    settle(answers);
  }

  private Answers ask(List<List<Judged>> batches) throws InterruptedException {
    turns.takeLive();
    try {
      return inference.answer(batches);
    } finally {
      turns.give();
      turns.liveGathers(!batcher.isEmpty());
    }
  }

  private void settle(Answers answers) {
    seen.commit();
    metrics.committed(answers);
    redoing = false;
  }

  private void startOver() {
    rewind.ask();
    batcher.clear();
    turns.liveGathers(false);
    if (inDoubt == null) {
      seen.rollback();
    }
  }

  /** The committed offsets also tell whether a commit in doubt went through. */
  private void cameBack(Map<TopicPartition, OffsetAndMetadata> committed) {
    if (inDoubt != null && inDoubt.isCoveredBy(committed)) {
      settle(inDoubt);
    } else {
      redoing = inDoubt != null;
    }
    inDoubt = null;
    seen.rollback();
    begin(committed);
  }

  /** What lies between a committed offset and the first record has expired. */
  private void begin(Map<TopicPartition, OffsetAndMetadata> committed) {
    committed.forEach(
        (partition, offset) -> {
          if (offset != null) {
            seen.begin(partition, offset.offset());
          }
        });
  }

  @Override
  public void wakeup() {
    rounds.wakeup();
  }

  @Override
  public void close() {
    publisher.close();
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    decoder.close();
    prompts.close();
  }

  /** Partitions that leave take their frames with them: another worker answers those. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      batcher.forget(partitions);
      seen.forget(partitions);
      rewind.forget(partitions);
      redoing = false;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // Their positions are the committed offsets.
      begin(consumer.committed(Set.copyOf(partitions), LIMIT));
    }
  }
}
