package dev.watchword.inference;

import dev.watchword.service.kafka.RecordDecoder;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * What the loop of replays speaks to Kafka with; the loop closes all of it.
 *
 * @param producers makes transactional producers, all under one transactional id
 */
record ReplayClients(
    Consumer<String, byte[]> consumer,
    RecordDecoder decoder,
    Supplier<Producer<String, Object>> producers,
    String framesTopic,
    BatchInference.Topics topics) {}
