package dev.watchword.sink.events;

import dev.watchword.service.config.Section;

/**
 * What the events service reads from the file: section {@code events}.
 *
 * @param threads that share the partitions
 */
public record EventsConfig(TrackingConfig tracking, int threads) {

  /** Throws {@link dev.watchword.service.config.ConfigException} that names file, line and key. */
  public static EventsConfig from(Section root) {
    Section events = root.section("events");
    return new EventsConfig(TrackingConfig.from(events), events.integer("threads", 1, 1, 64));
  }
}
