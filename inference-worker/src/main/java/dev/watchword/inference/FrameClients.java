package dev.watchword.inference;

import dev.watchword.service.kafka.RecordDecoder;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * What the loop speaks to Kafka with; the loop closes all of it.
 *
 * @param prompts what frames are asked
 * @param producers makes transactional producers, all under one transactional id
 */
record FrameClients(
    Consumer<String, byte[]> consumer,
    RecordDecoder decoder,
    PromptFeed prompts,
    Supplier<Producer<String, Object>> producers,
    String framesTopic,
    String lateTopic,
    BatchInference.Topics topics) {}
