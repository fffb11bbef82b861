package dev.watchword.console;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The browsers that are connected. A message is encoded once for all of them. */
final class Viewers {
  static final int MOST = 32;

  private final Map<String, Viewer> viewers = new ConcurrentHashMap<>();
  private final ConsoleMetrics metrics;

  Viewers(ConsoleMetrics metrics) {
    this.metrics = metrics;
  }

  /** Hands the update to every browser; never blocks. */
  void accept(LiveUpdate update) {
    if (viewers.isEmpty()) {
      return;
    }
    Message message = Message.of(update);
    viewers.values().forEach(viewer -> viewer.offer(message));
  }

  /** Gives the viewer all there is and then every update; false when there are too many. */
  boolean join(String id, Viewer viewer, LiveView view) {
    if (viewers.size() >= MOST) {
      metrics.refused();
      return false;
    }
    view.whole(
        all -> {
          all.forEach(update -> viewer.offer(Message.of(update)));
          viewers.put(id, viewer);
        });
    metrics.viewers(viewers.size());
    return true;
  }

  void leave(String id) {
    viewers.remove(id);
    metrics.viewers(viewers.size());
  }
}
