package dev.watchword.sink.archive;

import dev.watchword.service.kafka.RecordDecoder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** What the loop speaks to Kafka with; the loop closes consumer, decoder and producer. */
record ArchiveClients(
    Consumer<String, byte[]> consumer,
    RecordDecoder decoder,
    Producer<String, Object> producer,
    EndOffsets endOffsets,
    String topic,
    String deadLetterTopic) {}
