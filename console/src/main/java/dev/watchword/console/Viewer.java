package dev.watchword.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.eclipse.jetty.websocket.api.Callback;

/**
 * One browser. At most one message is on its way; the others wait in a queue that is bounded per
 * camera and in bytes, and the oldest picture goes first when the browser is slow. Never blocks;
 * may be used by any thread.
 */
final class Viewer {
  static final int MOST_PICTURES_PER_CAMERA = 2;
  static final long MOST_BYTES = 32L << 20;

  private final BiConsumer<Message, Callback> channel;
  private final ConsoleMetrics metrics;
  private final Map<String, Message.Text> texts = new LinkedHashMap<>();
  private final Deque<Message.Binary> pictures = new ArrayDeque<>();
  private long bytes;

  private final AtomicInteger rounds = new AtomicInteger();
  private final AtomicBoolean sending = new AtomicBoolean();

  /**
   * @param channel sends a message without blocking and completes the callback when it is gone
   */
  Viewer(BiConsumer<Message, Callback> channel, ConsoleMetrics metrics) {
    this.channel = channel;
    this.metrics = metrics;
  }

  void offer(Message message) {
    synchronized (texts) {
      switch (message) {
        case Message.Text text -> {
          texts.remove(text.subject());
          texts.put(text.subject(), text);
        }
        case Message.Binary picture -> {
          pictures.addLast(picture);
          bytes += picture.bytes().remaining();
          dropOldest(picture.camera());
        }
      }
    }
    drain();
  }

  private void dropOldest(String camera) {
    long queued = pictures.stream().filter(p -> p.camera().equals(camera)).count();
    for (Iterator<Message.Binary> all = pictures.iterator();
        all.hasNext() && queued > MOST_PICTURES_PER_CAMERA; ) {
      Message.Binary oldest = all.next();
      if (oldest.camera().equals(camera)) {
        all.remove();
        dropped(oldest);
        queued--;
      }
    }
    while (bytes > MOST_BYTES && pictures.size() > 1) {
      dropped(pictures.removeFirst());
    }
  }

  private void dropped(Message.Binary picture) {
    bytes -= picture.bytes().remaining();
    metrics.dropped(DropReason.SLOW_VIEWER);
  }

  private Message next() {
    synchronized (texts) {
      Iterator<Message.Text> oldest = texts.values().iterator();
      if (oldest.hasNext()) {
        Message.Text text = oldest.next();
        oldest.remove();
        return text;
      }
      Message.Binary picture = pictures.pollFirst();
      if (picture != null) {
        bytes -= picture.bytes().remaining();
        metrics.pictureSent();
      }
      return picture;
    }
  }

  /** Whoever enters first sends; a send that completes at once is another round, not recursion. */
  private void drain() {
    if (rounds.getAndIncrement() != 0) {
      return;
    }
    int done = 1;
    do {
      if (sending.compareAndSet(false, true)) {
        Message message = next();
        if (message == null) {
          sending.set(false);
        } else {
          channel.accept(message, Callback.from(this::sent, failure -> {}));
        }
      }
      done = rounds.addAndGet(-done);
    } while (done != 0);
  }

  private void sent() {
    sending.set(false);
    drain();
  }
}
