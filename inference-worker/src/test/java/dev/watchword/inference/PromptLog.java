package dev.watchword.inference;

import dev.watchword.schemas.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** The topic of prompts in memory, and a consumer of it. */
final class PromptLog extends MockConsumer<String, byte[]> {
  static final String TOPIC = "watchword.prompts";

  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final List<ConsumerRecord<String, byte[]>> log = new ArrayList<>();
  int reads;

  PromptLog() {
    super("earliest");
    Node node = new Node(0, "broker", 9092);
    updatePartitions(
        TOPIC, List.of(new PartitionInfo(TOPIC, 0, node, new Node[] {node}, new Node[] {node})));
    updateBeginningOffsets(Map.of(PARTITION, 0L));
    updateEndOffsets(Map.of(PARTITION, 0L));
  }

  void append(dev.watchword.schemas.Prompt version) {
    try {
      ByteBuffer encoded = version.toByteBuffer();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      log.add(new ConsumerRecord<>(TOPIC, 0, log.size(), Ids.key(version), bytes));
      updateEndOffsets(Map.of(PARTITION, (long) log.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
    super.poll(timeout);
    reads++;
    int position = (int) position(PARTITION);
    List<ConsumerRecord<String, byte[]>> polled = List.copyOf(log.subList(position, log.size()));
    seek(PARTITION, log.size());
    return new ConsumerRecords<>(Map.of(PARTITION, polled), Map.of());
  }

  static Deserializer<dev.watchword.schemas.Prompt> decoder() {
    return (topic, bytes) -> {
      try {
        return dev.watchword.schemas.Prompt.fromByteBuffer(ByteBuffer.wrap(bytes));
      } catch (IOException | RuntimeException e) {
        throw new SerializationException("not a prompt", e);
      }
    };
  }
}
