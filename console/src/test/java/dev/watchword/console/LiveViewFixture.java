package dev.watchword.console;

import static dev.watchword.console.Records.START;

import dev.watchword.console.LiveUpdate.Overview;
import dev.watchword.console.LiveUpdate.Picture;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A live view on a clock moved by hand, and what it has told its viewers. */
abstract class LiveViewFixture {
  static final Duration SECOND = Duration.ofSeconds(1);
  final MovableClock clock = new MovableClock(START);
  final CollectorRegistry registry = new CollectorRegistry();
  final List<LiveUpdate> updates = new ArrayList<>();
  final LiveView view = view(new LiveView.Limits(3, 8, 16 * 1_000, SECOND, Duration.ofSeconds(10)));

  LiveView view(LiveView.Limits limits) {
    return new LiveView(clock, limits, new ConsoleMetrics(registry), updates::add);
  }

  List<Picture> pictures() {
    return updates.stream().filter(Picture.class::isInstance).map(Picture.class::cast).toList();
  }

  List<Overview> overviews() {
    return updates.stream().filter(Overview.class::isInstance).map(Overview.class::cast).toList();
  }

  double dropped(String reason) {
    return registry.getSampleValue(
        "watchword_console_frames_dropped_total", new String[] {"reason"}, new String[] {reason});
  }
}
