package dev.watchword.bench;

import dev.watchword.ingest.IngestService;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import dev.watchword.system.Broker;
import dev.watchword.system.WatchwordProcess;
import io.prometheus.client.CollectorRegistry;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Frames a second of 60 KB through the embedded broker: ingest's producer with Avro records,
 * against Kafka's own {@code ProducerPerformance} with raw bytes and the same producer settings,
 * each in a JVM of its own, in turn.
 */
final class FramesThroughKafka {
  private static final int RECORD_BYTES = 60 * 1024;
  private static final int RECORDS = 8_000;
  private static final int ROUNDS = 7;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private FramesThroughKafka() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    try (Broker broker = Broker.start(directory)) {
      TopicSetup.createMissing(broker.settings());
      for (int round = 0; round < ROUNDS; round++) {
        boolean oursFirst = round % 2 == 0;
        double first = oursFirst ? ours(broker, directory) : theirs(broker, directory);
        double second = oursFirst ? theirs(broker, directory) : ours(broker, directory);
        ours.add(oursFirst ? first : second);
        theirs.add(oursFirst ? second : first);
        ratios.add(ours.getLast() / theirs.getLast());
        System.out.printf(
            "round %d: watchword %.0f frames/s, ProducerPerformance %.0f records/s, ratio %.2f%n",
            round + 1, ours.getLast(), theirs.getLast(), ratios.getLast());
      }
    }
    System.out.printf(
        "%n| 60 KB through one embedded broker | median |%n|---|---|%n| watchword, frames/s | %.0f |%n"
            + "| ProducerPerformance, records/s | %.0f |%n| ratio (target >= 0.9) | %.2f |%n",
        Sample.of(ours).median(), Sample.of(theirs).median(), Sample.of(ratios).median());
  }

  private static double ours(Broker broker, Path directory) throws Exception {
    KafkaSettings settings = broker.settings();
    return rate(
        directory,
        "watchword ([0-9.]+) records/sec",
        List.of(
            Bench.class.getName(),
            "kafka-frames",
            settings.bootstrapServers(),
            settings.registryUrl()));
  }

  private static double theirs(Broker broker, Path directory) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "org.apache.kafka.tools.ProducerPerformance",
                "--topic",
                broker.settings().name(Topic.FRAMES),
                "--num-records",
                Integer.toString(RECORDS),
                "--record-size",
                Integer.toString(RECORD_BYTES),
                "--throughput",
                "-1",
                "--producer-props",
                "bootstrap.servers=" + broker.settings().bootstrapServers()));
    producerSettings().forEach((key, value) -> command.add(key + "=" + value));
    return rate(directory, RECORDS + " records sent, ([0-9.]+) records/sec", command);
  }

  private static double rate(Path directory, String line, List<String> mainAndArguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-cp", absolute(System.getProperty("java.class.path"))));
    command.addAll(mainAndArguments);
    try (WatchwordProcess process = WatchwordProcess.launch(directory, command)) {
      return Double.parseDouble(process.awaitLine(line, LIMIT));
    }
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  /**
   * Ingest's settings; but a producer at full speed waits for buffer space where a camera would
   * drop.
   */
  private static Map<String, Object> producerSettings() {
    Map<String, Object> settings = new HashMap<>(IngestService.producerSettings());
    settings.put("max.block.ms", 60_000);
    settings.put("delivery.timeout.ms", 120_000);
    return settings;
  }

  /** One measurement of ours, in a JVM of its own. */
  static void produce(String bootstrapServers, String registryUrl) {
    KafkaSettings settings =
        KafkaSettings.from(ConfigFile.parse("bench", "", name -> null), new CollectorRegistry())
            .at(bootstrapServers, registryUrl);
    byte[] image = new byte[RECORD_BYTES];
    new Random(1).nextBytes(image);
    long start;
    try (KafkaProducer<String, SampledFrame> producer =
        new KafkaProducer<>(settings.producer("bench", producerSettings()))) {
      String topic = settings.name(Topic.FRAMES);
      // As ProducerPerformance does, time begins with the first record; connecting counts on both
      // sides.
      start = System.nanoTime();
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>(topic, "camera" + i % 8, frame(i, image)));
      }
    }
    System.out.printf(
        "watchword %.1f records/sec%n", RECORDS / ((System.nanoTime() - start) / 1e9));
  }

  private static SampledFrame frame(int number, byte[] image) {
    Instant now = Instant.now();
    FrameId id = new FrameId("camera" + number % 8, "bench", (long) number);
    return new SampledFrame(
        id,
        now,
        CaptureClock.ARRIVAL,
        now,
        0L,
        1920,
        1080,
        "h264",
        false,
        false,
        null,
        SampleReason.RATE,
        640,
        360,
        ByteBuffer.wrap(image),
        null,
        0,
        null);
  }
}
