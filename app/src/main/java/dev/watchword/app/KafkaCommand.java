package dev.watchword.app;

import dev.watchword.service.kafka.KafkaSettings;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Mixin;

/** A command that asks or tells a Kafka something; one that does not answer is named. */
abstract class KafkaCommand implements Callable<Integer> {
  @Mixin private KafkaOptions kafkaOptions;

  /** How the Kafka was found. */
  final KafkaOptions kafkaOptions() {
    return kafkaOptions;
  }

  @Override
  public final Integer call() throws InterruptedException {
    KafkaSettings kafka = kafkaOptions.settings();
    try {
      act(kafka);
      return 0;
    } catch (KafkaException e) {
      throw new CommandFailure(
          "Kafka at " + kafka.bootstrapServers() + ": " + KafkaSettings.sentence(e), e);
    }
  }

  /** Throws {@link KafkaException} when Kafka does not answer. */
  abstract void act(KafkaSettings kafka) throws InterruptedException;
}
