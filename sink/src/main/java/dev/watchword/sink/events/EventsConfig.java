package dev.watchword.sink.events;

import dev.watchword.service.config.Section;
import dev.watchword.sink.alerts.Rule;
import dev.watchword.sink.alerts.RulesFile;
import dev.watchword.storage.StorageConfig;
import java.util.List;
import java.util.Set;

/**
 * What the events service reads from the file: section {@code events}, and of {@code alerts} the
 * rules.
 *
 * @param threads that share the partitions
 * @param rules that the file puts on the topic of rules
 * @param seeder names this file among those that put rules there
 * @param storage where pictures of what is seen are put
 */
public record EventsConfig(
    TrackingConfig tracking, int threads, List<Rule> rules, String seeder, StorageConfig storage) {
  public EventsConfig {
    rules = List.copyOf(rules);
  }

  /**
   * Throws {@link dev.watchword.service.config.ConfigException} that names file, line and key.
   *
   * @param cameraIds the cameras that rules may name; empty when they are not known here
   */
  public static EventsConfig from(
      Section root, String seeder, StorageConfig storage, Set<String> cameraIds) {
    Section events = root.section("events");
    return new EventsConfig(
        TrackingConfig.from(events),
        events.integer("threads", 1, 1, 64),
        RulesFile.ofConfiguration(root, cameraIds),
        seeder,
        storage);
  }
}
