package dev.watchword.service.kafka;

import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The dead letters of all topics: found, and sent again. All methods throw {@link KafkaException}
 * when Kafka does not answer for some seconds. Used by one thread.
 */
public final class DeadLetterBox {
  private static final String SUFFIX = "-dead-letter";

  /** Names the service for which a record was sent again; others have had it. */
  private static final String FOR = "watchword-for";

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final KafkaSettings kafka;

  public DeadLetterBox(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * Where a letter is kept, written as {@code frames/3/17}.
   *
   * @param topic of dead letters
   */
  public record Place(Topic topic, int partition, long offset) {
    private static final Pattern WRITTEN = Pattern.compile("([a-z-]+)/(\\d{1,9})/(\\d{1,18})");

    /** Empty when the text names no place. */
    public static Optional<Place> parse(String text) {
      Matcher matcher = WRITTEN.matcher(text);
      return matcher.matches()
          ? boxes().stream()
              .filter(topic -> topic.name("").equals(matcher.group(1) + SUFFIX))
              .findFirst()
              .map(
                  topic ->
                      new Place(
                          topic,
                          Integer.parseInt(matcher.group(2)),
                          Long.parseLong(matcher.group(3))))
          : Optional.empty();
    }

    @Override
    public String toString() {
      String name = topic.name("");
      return name.substring(0, name.length() - SUFFIX.length()) + "/" + partition + "/" + offset;
    }
  }

  /**
   * A letter.
   *
   * @param key of the record that it keeps, may be null
   */
  public record Entry(Place place, String key, DeadLetter letter) {}

  /** The topics that keep dead letters. */
  public static List<Topic> boxes() {
    return Arrays.stream(Topic.values()).filter(topic -> topic.name("").endsWith(SUFFIX)).toList();
  }

  /** Hands over each letter since a moment, topic by topic. */
  public void read(Instant since, Consumer<Entry> reader) throws InterruptedException {
    for (Topic topic : boxes()) {
      RecordsSince.read(
          kafka,
          topic,
          DeadLetter.class,
          since,
          (record, letter) ->
              reader.accept(
                  new Entry(
                      new Place(topic, record.partition(), record.offset()),
                      record.key(),
                      letter)));
    }
  }

  /** The letter at a place, empty when it is not there or not there any more. */
  public Optional<Entry> at(Place place) throws InterruptedException {
    List<Entry> found = new ArrayList<>();
    read(
        Instant.EPOCH,
        entry -> {
          if (entry.place().equals(place)) {
            found.add(entry);
          }
        });
    return found.stream().findFirst();
  }

  /**
   * Appends the kept records to the topics that they came from, with their keys; returns once the
   * broker has them all. The letters stay.
   *
   * @throws IllegalArgumentException when a record was too large to be kept
   */
  public void sendAgain(List<Entry> entries) throws InterruptedException {
    for (Entry entry : entries) {
      if (entry.letter().getValue() == null) {
        throw new IllegalArgumentException(
            entry.place() + " keeps no value: the record was empty or too large");
      }
    }
    Map<String, Object> settings =
        kafka.producer("dead-letter", Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, LIMIT.toMillis()));
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings)) {
      List<Future<?>> sent = new ArrayList<>();
      for (Entry entry : entries) {
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(
                entry.letter().getTopic(), entry.key(), bytes(entry.letter().getValue()));
        record.headers().add(FOR, entry.letter().getService().getBytes(StandardCharsets.UTF_8));
        sent.add(producer.send(record));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException("a record was not taken", e.getCause());
    }
  }

  /**
   * The service that had set the record aside, {@link DeadLetter#getService()}; empty when it was
   * not sent again. Those who work on a topic independently of each other leave out what was sent
   * again for another.
   */
  public static Optional<String> sentAgainFor(ConsumerRecord<?, ?> record) {
    return Optional.ofNullable(record.headers().lastHeader(FOR))
        .map(header -> new String(header.value(), StandardCharsets.UTF_8));
  }

  private static byte[] bytes(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }
}
