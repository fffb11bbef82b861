package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.jetty.websocket.api.Callback;
import org.junit.jupiter.api.Test;

class ViewerTest {
  private final CollectorRegistry registry = new CollectorRegistry();
  private final List<String> sent = new ArrayList<>();
  private final Deque<Callback> onTheWay = new ArrayDeque<>();
  private final Viewer slow =
      new Viewer(
          (message, callback) -> {
            sent.add(name(message));
            onTheWay.add(callback);
          },
          new ConsoleMetrics(registry));

  @Test
  void sendsOneMessageAtATimeInOrder() {
    slow.offer(picture("gate", 0, 10));
    slow.offer(picture("gate", 1, 10));
    assertThat(sent).containsExactly("gate 0");

    deliver();
    assertThat(sent).containsExactly("gate 0", "gate 1");
  }

  @Test
  void dropsTheOldestPictureOfTheCameraAndCountsIt() {
    IntStream.range(0, 6).forEach(i -> slow.offer(picture("gate", i, 10)));
    slow.offer(picture("yard", 0, 10));
    deliver();

    assertThat(sent).containsExactly("gate 0", "gate 4", "gate 5", "yard 0");
    assertThat(dropped()).isEqualTo(3);
  }

  @Test
  void boundsTheBytesOfAllCamerasTogether() {
    int third = (int) (Viewer.MOST_BYTES / 3);
    for (String camera : List.of("a", "b", "c", "d", "e")) {
      slow.offer(picture(camera, 0, third));
    }
    deliver();

    assertThat(sent).containsExactly("a 0", "c 0", "d 0", "e 0");
    assertThat(dropped()).isEqualTo(1);
  }

  @Test
  void sendsStatesBeforePicturesAndOnlyTheLatestOfEach() {
    slow.offer(picture("gate", 0, 10));
    slow.offer(picture("gate", 1, 10));
    slow.offer(new Message.Text("camera gate", "old"));
    slow.offer(new Message.Text("overview", "all"));
    slow.offer(new Message.Text("camera gate", "new"));
    deliver();

    assertThat(sent).containsExactly("gate 0", "all", "new", "gate 1");
  }

  @Test
  void sendsNothingMoreAfterAFailure() {
    slow.offer(picture("gate", 0, 10));
    onTheWay.remove().fail(new IllegalStateException("gone"));
    IntStream.range(1, 9).forEach(i -> slow.offer(picture("gate", i, 10)));

    assertThat(sent).containsExactly("gate 0");
  }

  @Test
  void doesNotRecurseWhenSendsCompleteAtOnce() {
    List<String> quick = new ArrayList<>();
    Deque<Callback> held = new ArrayDeque<>();
    Viewer viewer =
        new Viewer(
            (message, callback) -> {
              quick.add(name(message));
              if (quick.size() == 1) {
                held.add(callback);
              } else {
                callback.succeed();
              }
            },
            new ConsoleMetrics(new CollectorRegistry()));
    viewer.offer(picture("first", 0, 1));
    IntStream.range(0, 20_000).forEach(i -> viewer.offer(new Message.Text("text " + i, "t" + i)));
    held.remove().succeed();

    assertThat(quick).hasSize(20_001).endsWith("t19999");
  }

  private void deliver() {
    while (!onTheWay.isEmpty()) {
      onTheWay.remove().succeed();
    }
  }

  private double dropped() {
    return registry.getSampleValue(
        "watchword_console_frames_dropped_total",
        new String[] {"reason"},
        new String[] {"slow_viewer"});
  }

  private static Message.Binary picture(String camera, int number, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size).put(0, (byte) number);
    return new Message.Binary(camera, bytes);
  }

  private static String name(Message message) {
    return switch (message) {
      case Message.Text text -> text.json();
      case Message.Binary picture -> picture.camera() + " " + picture.bytes().get(0);
    };
  }
}
