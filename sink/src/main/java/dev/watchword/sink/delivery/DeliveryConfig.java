package dev.watchword.sink.delivery;

import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.Section;
import java.util.ArrayList;
import java.util.List;

/** Who is to have alerts: {@code alerts.targets} of the file. */
public final class DeliveryConfig {
  static {
    GeneratedRecords.trust();
  }

  private final List<Target> targets;

  private DeliveryConfig(List<Target> targets) {
    this.targets = List.copyOf(targets);
  }

  /** Throws {@link dev.watchword.service.config.ConfigException} that names file, line and key. */
  public static DeliveryConfig from(Section root) {
    List<Target> targets = new ArrayList<>();
    root.section("alerts")
        .sections("targets")
        .forEach((name, section) -> targets.add(Target.from(name, section)));
    return new DeliveryConfig(targets);
  }

  List<Target> targets() {
    return targets;
  }
}
