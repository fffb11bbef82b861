package dev.watchword.service.kafka;

import java.util.stream.Stream;

/**
 * A fault of Kafka's consumer up to 4.3.1 (KAFKA-20312): a partition that loses its leader while
 * its offsets are asked for gives a {@link NullPointerException} out of the client. That is an
 * outage, not a bug of whoever asked.
 */
public final class LostLeader {
  private static final String CONSUMER = "org.apache.kafka.clients.consumer.";

  private LostLeader() {}

  /** Whether the consumer itself has stumbled. */
  public static boolean isMeantBy(Throwable failure) {
    return failure instanceof NullPointerException
        && Stream.of(failure.getStackTrace())
            .map(StackTraceElement::getClassName)
            .filter(name -> !name.startsWith("java."))
            .findFirst()
            .filter(name -> name.startsWith(CONSUMER))
            .isPresent();
  }
}
