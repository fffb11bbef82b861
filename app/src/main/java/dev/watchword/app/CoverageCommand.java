package dev.watchword.app;

import dev.watchword.ingest.coverage.CoverageTable;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordsSince;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword coverage}: what became of every frame, minute by minute. */
@Command(
    name = "coverage",
    description = {
      "Prints what became of every frame: a line for each minute of each camera's session,",
      "and below it one for each prompt.",
      "captured = not sampled + gated + dropped + published + late + waiting",
      "published + late = read + expired + to come; read = the sum of its outcomes"
    },
    mixinStandardHelpOptions = true)
final class CoverageCommand extends KafkaCommand {
  private static final String HEAD = "%-16s  %-12s %-8s %8s %11s %6s %7s %9s %5s %7s  %s%n";
  private static final String ROW = "%-16s  %-12s %-8s %8d %11d %6d %7d %9d %5d %7d  %s%n";

  private static final String ANSWERS = "%-16s    %-12s read %d, expired %d, to come %d %s%n";

  @Option(names = "--camera", paramLabel = "ID", description = "Only this camera.")
  private String camera;

  @Option(
      names = "--hours",
      paramLabel = "N",
      defaultValue = "1",
      description = "How far back. Default: ${DEFAULT-VALUE}.")
  private int hours;

  @Override
  void act(KafkaSettings kafka) throws InterruptedException {
    Instant now = Instant.now();
    CoverageTable table = new CoverageTable();
    RecordsSince.read(
        kafka, Topic.COVERAGE, Coverage.class, now.minus(Duration.ofHours(hours)), table::add);
    System.out.printf(
        HEAD,
        "minute",
        "camera",
        "session",
        "captured",
        "not sampled",
        "gated",
        "dropped",
        "published",
        "late",
        "waiting",
        "");
    for (Row row : table.rows(now)) {
      if (camera == null || camera.equals(row.camera())) {
        print(row);
      }
    }
  }

  private static void print(Row row) {
    String session = row.session();
    String state = row.state().name().toLowerCase(Locale.ROOT);
    System.out.printf(
        ROW,
        row.minute().toString().substring(0, 16),
        row.camera(),
        // The beginning is the time, which many sessions share.
        session.substring(Math.max(0, session.length() - 8)),
        row.captured(),
        row.notSampled(),
        row.gated(),
        row.allDropped(),
        row.published(),
        row.late(),
        row.waiting(),
        row.allDropped() == 0 ? state : state + " " + row.dropped());
    row.prompts()
        .forEach(
            (prompt, answers) ->
                System.out.printf(
                    ANSWERS,
                    "",
                    prompt.isEmpty() ? "(no prompt)" : prompt,
                    answers.consumed(),
                    answers.expired(),
                    row.toCome(prompt),
                    new TreeMap<>(answers.outcomes())));
  }
}
