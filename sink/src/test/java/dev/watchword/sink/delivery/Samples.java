package dev.watchword.sink.delivery;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertKind;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.ConfigFile;
import java.time.Instant;
import java.util.Map;

/** Alerts and targets of tests. */
final class Samples {
  static {
    GeneratedRecords.trust();
  }

  static final Instant AT = Instant.parse("2026-03-01T02:13:00Z");

  private Samples() {}

  static Alert alert(int number, String label) {
    return Alert.newBuilder()
        .setId("0195a0b2-0000-8000-8000-%012d".formatted(number))
        .setRule("visitor")
        .setRuleVersion("0a1b2c3d")
        .setCamera("gate")
        .setKind(AlertKind.ENTERED)
        .setAt(AT)
        .setReason(label + " entered yard")
        .setLabel(label)
        .setZone("yard")
        .setCount(1)
        .setScore(0.875f)
        .setPicture("s3://pictures/evidence/gate/2026-03-01/a.jpg")
        .build();
  }

  static Target target(String name, String yaml) {
    return target(name, yaml, Map.of());
  }

  static Target target(String name, String yaml, Map<String, String> environment) {
    String file = "alerts: {targets: {" + name + ": " + yaml + "}}";
    return DeliveryConfig.from(ConfigFile.parse("test.yaml", file, environment::get))
        .targets()
        .getFirst();
  }
}
