package dev.watchword.sink.archive;

import dev.watchword.service.kafka.RecordDecoder;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * What the loop speaks to Kafka with; the loop closes consumer, decoder and producer.
 *
 * @param topics what is archived, by the topic's full name
 */
record ArchiveClients(
    Consumer<String, byte[]> consumer,
    RecordDecoder decoder,
    Producer<String, Object> producer,
    EndOffsets endOffsets,
    Map<String, Destination> topics) {

  /**
   * Where a topic's records go.
   *
   * @param deadLetterTopic those that cannot be read
   */
  record Destination(ArchivedTable table, String deadLetterTopic) {}
}
