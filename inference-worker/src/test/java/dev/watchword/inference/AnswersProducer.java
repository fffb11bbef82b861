package dev.watchword.inference;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/** A transactional producer whose commits reach the consumer's group, as a broker's would. */
final class AnswersProducer extends MockProducer<String, Object> {
  private final Consumer<?, ?> group;
  private int offsetsSeen;
  private boolean loseNextAnswer;

  AnswersProducer(Consumer<?, ?> group) {
    super(true, null, new StringSerializer(), (topic, value) -> new byte[0]);
    this.group = group;
  }

  /** The next commit goes through, but its answer gets lost. */
  void loseNextAnswer() {
    loseNextAnswer = true;
  }

  @Override
  public void commitTransaction() {
    super.commitTransaction();
    var history = consumerGroupOffsetsHistory();
    while (offsetsSeen < history.size()) {
      history.get(offsetsSeen++).values().forEach(group::commitSync);
    }
    if (loseNextAnswer) {
      loseNextAnswer = false;
      throw new TimeoutException("no answer to the commit");
    }
  }
}
