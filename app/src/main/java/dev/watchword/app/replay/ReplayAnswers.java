package dev.watchword.app.replay;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Replay;
import dev.watchword.service.kafka.KafkaSettings;
import java.util.List;

/** What a replay was answered. */
public final class ReplayAnswers {
  private ReplayAnswers() {}

  /**
   * All answers up to now, those of one camera in their order.
   *
   * @throws org.apache.kafka.common.KafkaException when Kafka does not answer
   */
  public static List<FrameDetections> of(KafkaSettings kafka, Replay replay)
      throws InterruptedException {
    try (AnswerReader reader = new AnswerReader(kafka, replay)) {
      return reader.present();
    }
  }
}
