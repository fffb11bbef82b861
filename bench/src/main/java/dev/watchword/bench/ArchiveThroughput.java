package dev.watchword.bench;

import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import dev.watchword.storage.FileObjectStore;
import dev.watchword.storage.StoredObject;
import dev.watchword.system.Broker;
import dev.watchword.system.WatchwordProcess;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;

/**
 * Detections through the archive service into Parquet files, against what the same disk takes: a
 * file of as many bytes as the records have, written at once, and files of the very sizes of the
 * Parquet files; all forced to the disk, in turn. {@code bench/run archive [RECORDS [ROUNDS]]}.
 */
final class ArchiveThroughput {
  /** Everything lies in buckets that are over when the service starts. */
  private static final Duration ROLL = Duration.ofSeconds(10);

  private static final Duration OVER = ROLL.plusSeconds(6);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CHUNK = 1 << 20;
  private static final double MEGA = 1e6;

  private ArchiveThroughput() {}

  /**
   * One round.
   *
   * @param seconds from the first commit to the last
   * @param records that were committed in that time
   * @param cpu seconds of processor time of the whole process, its start included
   * @param whole seconds to write the records' bytes at once
   * @param same seconds to write files of the same sizes
   */
  private record Round(
      double seconds, long records, double cpu, long out, int files, double whole, double same) {}

  static void run(List<String> arguments) throws Exception {
    int total = arguments.isEmpty() ? 400_000 : Integer.parseInt(arguments.getFirst());
    int rounds = arguments.size() < 2 ? 3 : Integer.parseInt(arguments.get(1));
    Path directory = Files.createTempDirectory("watchword-bench");
    try (Broker broker = Broker.start(directory);
        Admin admin = Admin.create(broker.settings().admin("bench"))) {
      KafkaSettings settings = broker.settings();
      TopicSetup.createMissing(settings);
      DrawnTopic.Sent sent = DrawnTopic.send(settings, 0, total / DrawnTopic.CAMERAS);
      TimeUnit.MILLISECONDS.sleep(OVER.toMillis());
      List<Round> done = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        done.add(round(directory, broker, admin, sent, round));
        admin.deleteConsumerGroups(List.of(settings.group("archive"))).all().get();
      }
      print(sent, done);
    }
  }

  private static Round round(
      Path directory, Broker broker, Admin admin, DrawnTopic.Sent sent, int number)
      throws Exception {
    Path storage = directory.resolve("storage" + number);
    Path file =
        Files.writeString(
            directory.resolve("watchword" + number + ".yaml"),
            broker.yaml()
                + "prompts: {p: {text: detect person}}%narchive: {roll-every: %ds}%nstorage: {url: 'file:%s'}%n"
                    .formatted(ROLL.toSeconds(), storage));
    double whole = whole(directory.resolve("whole"), sent.bytes());
    String group = broker.settings().group("archive");
    long first;
    long already;
    long end;
    double cpu;
    try (WatchwordProcess archive = WatchwordProcess.measured(directory, "archive", file)) {
      first = DrawnTopic.awaitCommitted(admin, group, 1);
      already = DrawnTopic.committed(admin, group);
      end = DrawnTopic.awaitCommitted(admin, group, sent.records());
      cpu = archive.handle().info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
      archive.stop(LIMIT);
    }
    List<StoredObject> files = new FileObjectStore(storage).list("detections");
    return new Round(
        (end - first) / 1e9,
        sent.records() - already,
        cpu,
        files.stream().mapToLong(StoredObject::bytes).sum(),
        files.size(),
        whole,
        same(directory.resolve("same" + number), files));
  }

  /** Seconds to write one file of so many bytes and force it to the disk. */
  private static double whole(Path file, long bytes) throws Exception {
    byte[] noise = noise(CHUNK);
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long left = bytes; left > 0; left -= CHUNK) {
        channel.write(ByteBuffer.wrap(noise, 0, (int) Math.min(CHUNK, left)));
      }
      channel.force(true);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Files.delete(file);
    return seconds;
  }

  /** Seconds to store files of the same names and sizes, each whole and lasting. */
  private static double same(Path root, List<StoredObject> files) throws Exception {
    FileObjectStore store = new FileObjectStore(root);
    byte[] noise = noise(files.stream().mapToInt(file -> (int) file.bytes()).max().orElseThrow());
    long start = System.nanoTime();
    for (StoredObject file : files) {
      store.put(file.name(), Arrays.copyOf(noise, (int) file.bytes()));
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(1).nextBytes(noise);
    return noise;
  }

  private static void print(DrawnTopic.Sent sent, List<Round> rounds) {
    double each = (double) sent.bytes() / sent.records();
    Round last = rounds.getLast();
    System.out.printf(
        "%n%d records of %.0f bytes; %d files of %.0f bytes in all; load %.1f%n%n"
            + "| through the archive, median of %d rounds | |%n|---|---|%n",
        sent.records(),
        each,
        last.files(),
        (double) last.out(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        rounds.size());
    row("records/s", rounds, round -> round.records() / round.seconds());
    row("MB/s of records read", rounds, round -> round.records() * each / MEGA / round.seconds());
    row(
        "MB/s of Parquet written",
        rounds,
        round -> round.out() / MEGA * round.records() / sent.records() / round.seconds());
    row(
        "processor seconds per 100,000 records, start included",
        rounds,
        round -> round.cpu() * 100_000 / sent.records());
    row(
        "MB/s that the disk takes in one file",
        rounds,
        round -> sent.bytes() / MEGA / round.whole());
    row(
        "MB/s that the disk takes in files of the same sizes",
        rounds,
        round -> round.out() / MEGA / round.same());
    row(
        "records read, per cent of what the disk takes in one file",
        rounds,
        round -> 100 * round.records() * each / round.seconds() / (sent.bytes() / round.whole()));
  }

  private static void row(String what, List<Round> rounds, ToDoubleFunction<Round> value) {
    Sample sample = Sample.of(rounds.stream().mapToDouble(value).boxed().toList());
    System.out.printf("| %s | %.2f |%n", what, sample.median());
  }
}
