package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import dev.watchword.schemas.wire.AvroDeserializer;
import dev.watchword.schemas.wire.AvroSerializer;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.Section;
import io.prometheus.client.CollectorRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How this process reaches Kafka and the schema registry. Raw client properties of the file's
 * {@code kafka:} section pass through unchanged (TLS, SASL, another {@code value.serializer}); keys
 * under {@code producer:} and {@code consumer:} apply to those clients alone.
 */
public final class KafkaSettings {
  static {
    // Needed when value.serializer names another class than ours.
    GeneratedRecords.trust();
  }

  private static final Set<String> OWN_KEYS =
      Set.of("topic-prefix", "partitions", "producer", "consumer");

  private final Map<String, String> common;
  private final Map<String, String> producer;
  private final Map<String, String> consumer;
  private final String topicPrefix;
  private final int partitions;
  private final CollectorRegistry registry;

  private KafkaSettings(
      Map<String, String> common,
      Map<String, String> producer,
      Map<String, String> consumer,
      String topicPrefix,
      int partitions,
      CollectorRegistry registry) {
    this.common = Map.copyOf(common);
    this.producer = Map.copyOf(producer);
    this.consumer = Map.copyOf(consumer);
    this.topicPrefix = topicPrefix;
    this.partitions = partitions;
    this.registry = registry;
  }

  /**
   * Reads the sections {@code kafka} and {@code registry} of the file's root.
   *
   * @param registry receives the clients' metrics
   */
  public static KafkaSettings from(Section root, CollectorRegistry registry) {
    Section kafka = root.section("kafka");
    Map<String, String> common = new LinkedHashMap<>();
    for (String key : kafka.keys()) {
      if (!OWN_KEYS.contains(key)) {
        common.put(key, kafka.text(key));
      }
    }
    Section schemaRegistry = root.section("registry");
    schemaRegistry.optionalText("url").ifPresent(url -> common.put("schema.registry.url", url));
    schemaRegistry
        .secret("user-info")
        .ifPresent(
            userInfo -> {
              common.put("basic.auth.credentials.source", "USER_INFO");
              common.put("basic.auth.user.info", userInfo.reveal());
            });
    return new KafkaSettings(
        common,
        kafka.properties("producer"),
        kafka.properties("consumer"),
        kafka.text("topic-prefix", "watchword."),
        kafka.integer("partitions", 4, 1, 10_000),
        registry);
  }

  /**
   * The same settings with another broker and registry: those that this process has started itself.
   */
  public KafkaSettings at(String bootstrapServers, String registryUrl) {
    Map<String, String> moved = new HashMap<>(common);
    moved.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    moved.put("schema.registry.url", registryUrl);
    return new KafkaSettings(moved, producer, consumer, topicPrefix, partitions, registry);
  }

  /** Whether the file names a broker; if not, the process brings its own. */
  public boolean isExternal() {
    return common.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
  }

  public String bootstrapServers() {
    return common.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
  }

  /** The registry's URL, empty when the file names none. */
  public String registryUrl() {
    return common.getOrDefault("schema.registry.url", "");
  }

  /** The full name of a topic. */
  public String name(Topic topic) {
    return topic.name(topicPrefix);
  }

  /** The consumer group or transactional id of a service, under the same prefix as the topics. */
  public String group(String service) {
    return topicPrefix + service;
  }

  int partitions() {
    return partitions;
  }

  /**
   * A producer with {@code String} keys and Avro values; the file's properties win over {@code
   * overrides}.
   */
  public Map<String, Object> producer(String clientId, Map<String, ?> overrides) {
    Map<String, Object> properties = client(clientId);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, AvroSerializer.class.getName());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20);
    properties.putAll(overrides);
    properties.putAll(withoutDeserializers(common));
    properties.putAll(producer);
    return properties;
  }

  /**
   * A consumer with {@code String} keys and raw values, committed records only, no automatic
   * commits. Values are decoded by {@link #decoder()}, record by record, so that a bad one never
   * blocks its partition.
   */
  public Map<String, Object> consumer(String clientId, String group, Map<String, ?> overrides) {
    Map<String, Object> properties = client(clientId);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    if (!group.isEmpty()) {
      properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    }
    properties.putAll(overrides);
    properties.putAll(common);
    properties.putAll(consumer);
    properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class.getName());
    properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return properties;
  }

  public Map<String, Object> admin(String clientId) {
    Map<String, Object> properties = client(clientId);
    properties.putAll(common);
    return properties;
  }

  /**
   * A decoder of record values; the class is {@code value.deserializer} of the file, ours by
   * default.
   */
  public RecordDecoder decoder() {
    Map<String, Object> properties = new HashMap<>(common);
    properties.putAll(consumer);
    properties.putIfAbsent(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, AvroDeserializer.class.getName());
    properties.put("specific.avro.reader", "true");
    return RecordDecoder.of(properties);
  }

  /**
   * An encoder of record values; the class is {@code value.serializer} of the file, ours by
   * default.
   */
  public RecordEncoder encoder() {
    return RecordEncoder.of(producer("encoder", Map.of()));
  }

  /**
   * A Kafka Streams application, which is to bring its own serializers; the file's other properties
   * win over {@code overrides}.
   */
  public Map<String, Object> streams(String service, Map<String, ?> overrides) {
    Map<String, Object> properties = client(service);
    properties.put("application.id", group(service));
    properties.putAll(overrides);
    common.forEach(
        (key, value) -> {
          if (!key.startsWith("value.") && !key.startsWith("key.")) {
            properties.put(key, value);
          }
        });
    producer.forEach((key, value) -> properties.put("producer." + key, value));
    consumer.forEach((key, value) -> properties.put("consumer." + key, value));
    properties.remove("producer.value.serializer");
    properties.remove("consumer.value.deserializer");
    return properties;
  }

  /** Why a client failed, from the innermost cause: Kafka's outermost message says little. */
  public static String sentence(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private Map<String, Object> client(String clientId) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "watchword-" + clientId);
    properties.put(
        CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, KafkaClientMetrics.class.getName());
    properties.put(KafkaClientMetrics.REGISTRY, registry);
    return properties;
  }

  private static Map<String, String> withoutDeserializers(Map<String, String> properties) {
    Map<String, String> rest = new HashMap<>(properties);
    rest.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
    return rest;
  }

  /** Names the properties but shows no value that may be a credential. */
  @Override
  public String toString() {
    return common.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + (isPublic(entry.getKey()) ? entry.getValue() : "***"))
        .sorted()
        .collect(Collectors.joining(", ", "KafkaSettings[", "]"));
  }

  private static boolean isPublic(String key) {
    return key.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
        || key.equals("security.protocol")
        || key.startsWith("value.");
  }
}
