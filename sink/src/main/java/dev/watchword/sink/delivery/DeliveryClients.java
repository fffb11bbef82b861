package dev.watchword.sink.delivery;

import dev.watchword.service.kafka.RecordDecoder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * What a target's loop speaks to Kafka with; the loop closes all of it.
 *
 * @param alertsTopic full name
 * @param deadLetterTopic full name
 */
record DeliveryClients(
    Consumer<String, byte[]> consumer,
    RecordDecoder decoder,
    Producer<String, Object> producer,
    String alertsTopic,
    String deadLetterTopic) {}
