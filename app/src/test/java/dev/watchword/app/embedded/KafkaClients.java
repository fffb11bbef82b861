package dev.watchword.app.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Short-lived clients for one broker; each call waits for what it asks. */
record KafkaClients(String bootstrapServers) {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  void createTopic(String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  KafkaProducer<String, Object> producer(Map<String, Object> extra) {
    return new KafkaProducer<>(
        config(
            Map.of(
                "key.serializer", StringSerializer.class,
                "value.serializer", StringSerializer.class),
            extra));
  }

  KafkaConsumer<String, Object> consumer(Map<String, Object> extra) {
    return new KafkaConsumer<>(
        config(
            Map.of(
                "group.id",
                "readers",
                "auto.offset.reset",
                "earliest",
                "key.deserializer",
                StringDeserializer.class,
                "value.deserializer",
                StringDeserializer.class),
            extra));
  }

  void send(String topic, List<?> values, Map<String, Object> extra) throws Exception {
    try (KafkaProducer<String, Object> producer = producer(extra)) {
      for (Object value : values) {
        producer.send(new ProducerRecord<>(topic, "key", value)).get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** The first values of the topic, read by a new member of a group. */
  List<Object> read(String topic, int count, Map<String, Object> extra) {
    List<Object> values = new ArrayList<>();
    try (KafkaConsumer<String, Object> consumer = consumer(extra)) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + DEADLINE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, Object> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private Map<String, Object> config(Map<String, Object> base, Map<String, Object> extra) {
    Map<String, Object> config = new HashMap<>(base);
    config.put("bootstrap.servers", bootstrapServers);
    config.putAll(extra);
    return config;
  }
}
