package dev.watchword.inference;

import dev.watchword.paligemma.Task;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.KeyedRecords;
import dev.watchword.service.kafka.LatestRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;

/**
 * Reads and writes the versions of prompts, outside of any group. Thread-safe. All methods throw
 * {@link KafkaException} when Kafka or the registry does not answer.
 */
public final class PromptTopic {
  /** How long before it takes effect a version must have been written. */
  public static final Duration LEAD = Duration.ofSeconds(1);

  /** From writing a version to its moment, with some time for the way to Kafka. */
  public static final Duration MARGIN = LEAD.plusMillis(500);

  private final KafkaSettings kafka;

  public PromptTopic(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /** All versions, by prompt and the moment from which they hold. */
  public List<dev.watchword.schemas.Prompt> read() throws InterruptedException {
    List<dev.watchword.schemas.Prompt> versions =
        new ArrayList<>(
            LatestRecords.read(kafka, Topic.PROMPTS, dev.watchword.schemas.Prompt.class).values());
    versions.sort(
        Comparator.comparing(dev.watchword.schemas.Prompt::getId)
            .thenComparing(dev.watchword.schemas.Prompt::getEffectiveFrom));
    return versions;
  }

  /**
   * Writes versions whose moments are counted from now; returns when Kafka has them. Now is when
   * all is ready to be sent: a process that has just started may take seconds until then.
   *
   * @param versions called twice, the first time to see what they are like
   */
  public void write(Function<Instant, List<dev.watchword.schemas.Prompt>> versions)
      throws InterruptedException {
    Map<String, ?> like = keyed(versions.apply(Instant.now()));
    if (!like.isEmpty()) {
      KeyedRecords.writeAtOnce(
          kafka, Topic.PROMPTS, like, () -> keyed(versions.apply(Instant.now())));
    }
  }

  private static Map<String, dev.watchword.schemas.Prompt> keyed(
      List<dev.watchword.schemas.Prompt> versions) {
    Map<String, dev.watchword.schemas.Prompt> records = new LinkedHashMap<>();
    versions.forEach(version -> records.put(Ids.key(version), version));
    return records;
  }

  /** Writes what a configuration file changes. */
  void seed(List<Prompt> file, String seeder) throws InterruptedException {
    List<dev.watchword.schemas.Prompt> present = read();
    write(now -> seeds(present, file, seeder, now));
  }

  /**
   * The versions that a file adds. A prompt that was never there holds for all time, so that no
   * frame that waits goes unasked. Prompts that were made or changed while running stay as they
   * are; what this file named before and names no longer is asked no more.
   *
   * @param present all versions, those of one prompt in the order of their moments
   */
  static List<dev.watchword.schemas.Prompt> seeds(
      List<dev.watchword.schemas.Prompt> present, List<Prompt> file, String seeder, Instant now) {
    Map<String, dev.watchword.schemas.Prompt> last = new HashMap<>();
    present.forEach(version -> last.put(version.getId(), version));
    Instant soon = now.plus(MARGIN).truncatedTo(ChronoUnit.MICROS);
    List<dev.watchword.schemas.Prompt> seeds = new ArrayList<>();
    for (Prompt prompt : file) {
      dev.watchword.schemas.Prompt old = last.remove(prompt.id());
      dev.watchword.schemas.Prompt seed =
          version(prompt, old == null ? Instant.EPOCH : soon, seeder, now);
      if (old == null || old.getSeededBy() != null && !isSame(old, seed)) {
        seeds.add(seed);
      }
    }
    for (dev.watchword.schemas.Prompt gone : last.values()) {
      if (gone.getEnabled() && seeder.equals(gone.getSeededBy())) {
        seeds.add(
            dev.watchword.schemas.Prompt.newBuilder(gone)
                .setEnabled(false)
                .setEffectiveFrom(soon)
                .setChangedAt(now)
                .build());
      }
    }
    return seeds;
  }

  /**
   * A version of a prompt.
   *
   * @param seeder null when it is made while everything runs
   */
  public static dev.watchword.schemas.Prompt version(
      Prompt prompt, Instant effectiveFrom, String seeder, Instant now) {
    return dev.watchword.schemas.Prompt.newBuilder()
        .setId(prompt.id())
        .setText(prompt.asked().text())
        .setFreeText(prompt.asked().task() == Task.TEXT)
        .setCameras(prompt.cameras().stream().sorted().toList())
        .setEffectiveFrom(effectiveFrom)
        .setShadow(prompt.shadow())
        .setSeededBy(seeder)
        .setChangedAt(now)
        .build();
  }

  private static boolean isSame(
      dev.watchword.schemas.Prompt one, dev.watchword.schemas.Prompt other) {
    return one.getEnabled() == other.getEnabled()
        && one.getText().equals(other.getText())
        && one.getFreeText() == other.getFreeText()
        && one.getShadow() == other.getShadow()
        && one.getCameras().equals(other.getCameras());
  }
}
