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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Frames of replays to detections, exactly once, with what live frames leave of the model. None is
 * ever too old.
 *
 * <p>A batch is answered as it was written, whatever else runs: in calls of the same frames each
 * time, with drafts from the batch alone. So a replay that is run again gets the same answers. The
 * answers of a batch and its offsets are one transaction.
 */
final class ReplayLoop implements LoopThread.Loop {
  private static final Duration IDLE = Duration.ofMillis(500);

  /** The group is to see, while live frames take all of the model, that this worker lives. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final TransactionalPublisher publisher;
  private final BatchInference inference;
  private final ModelTurns turns;
  private final ReplayMetrics metrics;
  private final LoopTime time;
  private final Backoff backoff;
  private final HealthLog health;
  private final ConsumerRounds rounds;
  private final int framesPerCall;
  private final ReplayBatches batches = new ReplayBatches();
  private final Rewind rewind = new Rewind();
  private Work work;

  /** A stretch that is being answered, and how far that has come. */
  private static final class Work {
    private final TopicPartition partition;
    private final List<List<Judged>> calls = new ArrayList<>();
    private final List<Boolean> begins = new ArrayList<>();
    private final Answers answers = new Answers();
    private int next;

    private Work(ReplayBatches.Stretch stretch, int framesPerCall) {
      partition = stretch.partition();
      for (List<Received.Frame> batch : stretch.batches()) {
        for (int from = 0; from < batch.size(); from += framesPerCall) {
          calls.add(
              batch.subList(from, Math.min(batch.size(), from + framesPerCall)).stream()
                  .map(frame -> new Judged(frame, verdict(frame), 0))
                  .toList());
          begins.add(from == 0);
        }
      }
    }

    private static Verdict verdict(Received.Frame frame) {
      return frame.frame().getReplay().getPrompts().isEmpty() ? Verdict.NO_PROMPT : Verdict.INFER;
    }

    private boolean isDone() {
      return next == calls.size();
    }
  }

  ReplayLoop(
      int framesPerCall,
      Generator model,
      ModelTurns turns,
      ReplayClients clients,
      LoopTime time,
      Backoff backoff,
      ReplayMetrics metrics,
      HealthLog health) {
    this.framesPerCall = framesPerCall;
    this.turns = turns;
    this.consumer = clients.consumer();
    this.decoder = clients.decoder();
    this.publisher = new TransactionalPublisher(clients.producers());
    this.inference =
        new BatchInference(model, ReplayLoop::prompts, clients.topics(), time.clock(), metrics);
    this.time = time;
    this.backoff = backoff;
    this.metrics = metrics;
    this.health = health;
    this.rounds =
        new ConsumerRounds(consumer, time.nanos(), backoff, health, "results cannot be published");
    consumer.subscribe(List.of(clients.framesTopic()), new Rebalance());
  }

  private static List<Prompt> prompts(SampledFrame frame) {
    return frame.getReplay().getPrompts().stream().map(Prompt::of).toList();
  }

  @Override
  public void step() throws InterruptedException {
    rounds.step(
        () -> {
          publisher.prepare();
          rewind.ifAsked(consumer);
          begin();
          poll();
          begin();
          if (work != null) {
            goOn();
          }
          health.set(inference.lostModel().map(Health::down).orElseGet(() -> Health.up("running")));
        },
        this::startOver);
  }

  /** While there is something to do no more is taken. */
  private void poll() throws InterruptedException {
    ConsumerRecords<String, byte[]> records =
        work == null ? consumer.poll(IDLE) : rounds.poll(Duration.ZERO, consumer.assignment());
    for (ConsumerRecord<String, byte[]> record : records) {
      rewind.polled(record);
      batches.add(read(record));
    }
  }

  private Received read(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    long now = time.nanos().getAsLong();
    try {
      SampledFrame frame = decoder.decode(record, SampledFrame.class);
      if (frame == null || frame.getReplay() == null) {
        return new Received.Unreadable(record, now, false, "the record is no frame of a replay");
      }
      prompts(frame);
      return new Received.Frame(record, now, false, frame);
    } catch (BadRecordException | IllegalArgumentException e) {
      return new Received.Unreadable(record, now, false, e.getMessage());
    }
  }

  private void begin() throws InterruptedException {
    Optional<ReplayBatches.Stretch> stretch = work == null ? batches.take() : Optional.empty();
    if (stretch.isPresent()) {
      work = new Work(stretch.get(), framesPerCall);
      inference.answer(List.of(unreadable(stretch.get())), work.answers);
    }
  }

  private static List<Judged> unreadable(ReplayBatches.Stretch stretch) {
    return stretch.unreadable().stream()
        .map(record -> new Judged(record, Verdict.UNREADABLE, 0))
        .toList();
  }

  /** One call of the model, if live frames leave room for it. */
  private void goOn() throws InterruptedException {
    if (!work.isDone() && !call()) {
      return;
    }
    if (work.isDone()) {
      publish();
    }
  }

  private boolean call() throws InterruptedException {
    try (BatchMeter.Stage stage = metrics.stage("wait")) {
      if (!turns.takeReplay(PATIENCE)) {
        return false;
      }
    }
    try {
      if (work.begins.get(work.next)) {
        inference.forgetDrafts();
      }
      inference.answer(List.of(work.calls.get(work.next)), work.answers);
    } finally {
      turns.give();
    }
    if (inference.lostModel().isPresent()) {
      // The frames stay in the topic until there is a model to ask again.
      startOver();
      backoff.await();
      return false;
    }
    work.next++;
    return true;
  }

  private void publish() {
    Answers answers = work.answers;
    try (BatchMeter.Stage stage = metrics.stage("publish")) {
      publisher.publish(answers.records(), answers.offsets(), consumer.groupMetadata());
    } catch (KafkaException e) {
      metrics.aborted();
      throw e;
    }
    work = null;
    backoff.reset();
    metrics.committed(answers);
  }

  private void startOver() {
    rewind.ask();
    work = null;
    batches.clear();
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
  }

  /** Partitions that leave take their frames with them: another worker answers those. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      batches.forget(partitions);
      rewind.forget(partitions);
      if (work != null && partitions.contains(work.partition)) {
        work = null;
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // Their positions are the committed offsets.
    }
  }
}
