package dev.watchword.sink.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class EventLoopTest {
  private static NullPointerException nullAt(String... classes) {
    NullPointerException failure = new NullPointerException("element cannot be mapped");
    StackTraceElement[] trace = new StackTraceElement[classes.length];
    for (int i = 0; i < classes.length; i++) {
      trace[i] = new StackTraceElement(classes[i], "call", null, 1);
    }
    failure.setStackTrace(trace);
    return failure;
  }

  @Test
  void goesOnAfterWhatALostBrokerBringsAbout() {
    assertThat(EventLoop.isOutage(new StreamsException(new DisconnectException()))).isTrue();
    assertThat(
            EventLoop.isOutage(
                new StreamsException(
                    nullAt(
                        "java.util.Objects",
                        "java.util.stream.Collectors",
                        "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils",
                        "org.apache.kafka.streams.processor.internals.StreamThread"))))
        .isTrue();
  }

  @Test
  void endsWithABugAndWithWhatIsRefused() {
    assertThat(EventLoop.isOutage(new StreamsException(new TopicAuthorizationException("events"))))
        .isFalse();
    assertThat(
            EventLoop.isOutage(
                new StreamsException(
                    nullAt(
                        "java.util.Objects",
                        "dev.watchword.sink.events.SceneProcessor",
                        "org.apache.kafka.streams.processor.internals.StreamThread"))))
        .isFalse();
  }
}
