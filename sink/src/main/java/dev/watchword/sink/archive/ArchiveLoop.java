package dev.watchword.sink.archive;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.ConsumerRounds;
import dev.watchword.service.kafka.DeadLetters;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.Rewind;
import dev.watchword.storage.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Detections and events to Parquet files, exactly once. A bucket is made of consecutive records of
 * one partition whose broker append time falls into the same stretch, at most {@code roll-records}
 * of them. It becomes a file for each of its cameras, whose name tells the partition and the
 * camera's first offset. All are stored, then the offset behind the bucket is committed: whoever
 * comes back after a crash between the two writes the same bytes under the same names.
 *
 * <p>A bucket ends with the first record of another, or when its time is over and everything up to
 * the partition's end, asked for after that, has been polled. Closing the loop ends no bucket: what
 * such files held would depend on the moment. The records are polled again after the restart.
 *
 * <p>Records that cannot be read go to the dead-letter topic before the offset is committed: at
 * least once.
 */
final class ArchiveLoop implements LoopThread.Loop {
  /** Clocks of the broker and this process may be apart by this much. */
  static final Duration MARGIN = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofMillis(500);

  private final ArchiveConfig config;
  private final ArchiveClients clients;
  private final Consumer<String, byte[]> consumer;
  private final ObjectStore store;
  private final InstantSource clock;
  private final Backoff backoff;
  private final ArchiveMetrics metrics;
  private final HealthLog health;
  private final ConsumerRounds rounds;
  private final Rewind rewind = new Rewind();
  private final Map<TopicPartition, OpenBucket> open = new HashMap<>();
  private final Deque<FinishedBucket> finished = new ArrayDeque<>();

  /** A bucket could not be committed and has not been made again yet. */
  private boolean redoing;

  ArchiveLoop(
      ArchiveConfig config,
      ArchiveClients clients,
      ObjectStore store,
      InstantSource clock,
      Backoff backoff,
      ArchiveMetrics metrics,
      HealthLog health) {
    this.config = config;
    this.clients = clients;
    this.consumer = clients.consumer();
    this.store = store;
    this.clock = clock;
    this.backoff = backoff;
    this.metrics = metrics;
    this.health = health;
    this.rounds =
        new ConsumerRounds(consumer, System::nanoTime, backoff, health, "Kafka does not answer");
    consumer.subscribe(List.copyOf(clients.topics().keySet()), new Rebalance());
  }

  @Override
  public void step() throws InterruptedException {
    try {
      rounds.step(
          () -> {
            rewind.ifAsked(consumer);
            take(poll());
            finishCompleteBuckets();
            store();
            if (!redoing) {
              rounds.well(Health.up("running"));
            }
          },
          this::startOver);
    } catch (IOException e) {
      health.set(Health.down("storage " + store + " takes no files: " + sentence(e)));
      backoff.await();
    }
  }

  /**
   * While buckets wait for the storage no more is taken, but the group must see that this worker
   * lives.
   */
  private ConsumerRecords<String, byte[]> poll() {
    return finished.isEmpty()
        ? consumer.poll(IDLE)
        : rounds.poll(Duration.ZERO, consumer.assignment());
  }

  private void take(ConsumerRecords<String, byte[]> records) throws InterruptedException {
    for (ConsumerRecord<String, byte[]> record : records) {
      rewind.polled(record);
      add(record, bucketFor(record));
      metrics.consumed();
    }
  }

  private ArchivedTable table(ConsumerRecord<String, byte[]> record) {
    return clients.topics().get(record.topic()).table();
  }

  private OpenBucket bucketFor(ConsumerRecord<String, byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    OpenBucket bucket = open.get(partition);
    if (bucket != null && (!bucket.holds(record) || bucket.records() >= config.rollRecords())) {
      finish(bucket);
      bucket = null;
    }
    if (bucket == null) {
      bucket = new OpenBucket(record, config.rollEvery());
      open.put(partition, bucket);
    }
    return bucket;
  }

  private void add(ConsumerRecord<String, byte[]> record, OpenBucket bucket)
      throws InterruptedException {
    try {
      SpecificRecord value = clients.decoder().decode(record, table(record).type());
      if (value == null) {
        setAside(record, bucket, "the record has no value");
      } else {
        bucket.add(record, table(record).camera(value));
      }
    } catch (BadRecordException e) {
      setAside(record, bucket, e.getMessage());
    }
  }

  private void setAside(ConsumerRecord<String, byte[]> record, OpenBucket bucket, String reason) {
    Future<?> sent =
        clients
            .producer()
            .send(
                new ProducerRecord<>(
                    clients.topics().get(record.topic()).deadLetterTopic(),
                    record.key(),
                    DeadLetters.of(record, reason, "archive", clock.instant())));
    bucket.setAside(record, sent);
  }

  private void finish(OpenBucket bucket) {
    open.remove(bucket.partition());
    finished.add(bucket.finish());
  }

  private void finishCompleteBuckets() throws InterruptedException {
    List<OpenBucket> over =
        open.values().stream().filter(bucket -> bucket.isOver(clock.instant(), MARGIN)).toList();
    Set<TopicPartition> unknown =
        over.stream()
            .filter(bucket -> !bucket.hasEnd())
            .map(OpenBucket::partition)
            .collect(Collectors.toSet());
    if (!unknown.isEmpty()) {
      clients.endOffsets().of(unknown).forEach((partition, end) -> open.get(partition).end(end));
    }
    over.stream()
        .filter(bucket -> bucket.isComplete(consumer.position(bucket.partition())))
        .forEach(this::finish);
  }

  private void store() throws IOException, InterruptedException {
    while (!finished.isEmpty()) {
      FinishedBucket bucket = finished.peek();
      for (Future<?> letter : bucket.deadLetters()) {
        DeadLetters.await(letter);
      }
      ArchivedTable table = clients.topics().get(bucket.partition().topic()).table();
      for (FinishedBucket.CameraRecords camera : bucket.cameras()) {
        store(bucket.name(camera, table), camera, table);
      }
      consumer.commitSync(Map.of(bucket.partition(), new OffsetAndMetadata(bucket.nextOffset())));
      metrics.committed(bucket);
      finished.remove();
      redoing = false;
    }
  }

  private void store(String name, FinishedBucket.CameraRecords camera, ArchivedTable table)
      throws IOException, InterruptedException {
    ParquetRows file = new ParquetRows(table.schema());
    for (ConsumerRecord<String, byte[]> record : camera.records()) {
      file.add(table.row(record, decodedBefore(record, table)));
    }
    byte[] bytes = file.finish();
    long start = System.nanoTime();
    store.put(name, bytes);
    metrics.stored(bytes.length, System.nanoTime() - start);
  }

  private SpecificRecord decodedBefore(ConsumerRecord<String, byte[]> record, ArchivedTable table)
      throws InterruptedException {
    try {
      return clients.decoder().decode(record, table.type());
    } catch (BadRecordException e) {
      throw new IllegalStateException("a record that could be read cannot be read again", e);
    }
  }

  private void startOver() {
    rewind.ask();
    redoing |= !finished.isEmpty();
    giveBack(Set.copyOf(open.keySet()));
    finished.forEach(bucket -> metrics.givenBack(bucket.records()));
    finished.clear();
  }

  private void giveBack(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      OpenBucket bucket = open.remove(partition);
      if (bucket != null) {
        metrics.givenBack(bucket.records());
      }
    }
  }

  private static String sentence(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  @Override
  public void wakeup() {
    rounds.wakeup();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    clients.producer().close(Duration.ZERO);
    clients.decoder().close();
    store.close();
  }

  /** Partitions that leave take their records along: another worker starts at the same offset. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      giveBack(partitions);
      finished.removeIf(
          bucket -> {
            boolean gone = partitions.contains(bucket.partition());
            if (gone) {
              metrics.givenBack(bucket.records());
            }
            return gone;
          });
      rewind.forget(partitions);
      redoing = false;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // Their positions are the committed offsets.
    }
  }
}
