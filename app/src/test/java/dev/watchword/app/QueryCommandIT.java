package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryCommandIT {
  @TempDir private Path data;

  /** Files as the archive lays them out, by a writer of its own. */
  private void archive() throws Exception {
    for (String camera : new String[] {"12", "gate"}) {
      Path directory = data.resolve("storage/detections/date=2026-03-01/camera=" + camera);
      Files.createDirectories(directory);
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = connection.createStatement()) {
        statement.execute(
            "copy (select '%s' as camera, 7::bigint as sequence, timestamptz '2026-03-01 10:00:00+00' as captured_at,"
                    .formatted(camera)
                + " [{'label': 'person', 'score': 0.5}, {'label': 'a \"car\"', 'score': 0.25}] as boxes)"
                + " to '%s' (format parquet)".formatted(directory.resolve("part-0-0.parquet")));
      }
    }
  }

  private CommandLineRun query(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "query";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 2] = "--data";
    all[all.length - 1] = data.toString();
    return CommandLineRun.of(all);
  }

  @Test
  void printsATable() throws Exception {
    archive();

    CommandLineRun run =
        query("select camera, label, score, captured_at from boxes order by 1, 2 desc");

    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().map(String::strip))
        .containsExactly(
            "camera  label    score  captured_at",
            "12      person   0.50   2026-03-01T10:00Z",
            "12      a \"car\"  0.25   2026-03-01T10:00Z",
            "gate    person   0.50   2026-03-01T10:00Z",
            "gate    a \"car\"  0.25   2026-03-01T10:00Z");
  }

  @Test
  void printsCsvAndJson() throws Exception {
    archive();
    String sql =
        "select label, sequence, null as nothing from boxes where camera = 'gate' order by 1";

    assertThat(query(sql, "--format", "csv").out().lines())
        .containsExactly("label,sequence,nothing", "\"a \"\"car\"\"\",7,", "person,7,");
    assertThat(query(sql, "--format", "json").out().lines())
        .containsExactly(
            "{\"label\":\"a \\\"car\\\"\",\"sequence\":7,\"nothing\":null}",
            "{\"label\":\"person\",\"sequence\":7,\"nothing\":null}");
  }

  @Test
  void saysWhatIsWrongWithTheQueryOrTheArchive() throws Exception {
    CommandLineRun empty = query("select 1");
    assertThat(empty.exitCode()).isEqualTo(1);
    assertThat(empty.err())
        .startsWith("watchword: the archive in " + data)
        .contains("no files yet");

    archive();
    CommandLineRun wrong = query("select colour from detections");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .startsWith("watchword: the query cannot be run: Binder Error")
        .contains("colour");
    assertThat(wrong.err().lines()).hasSize(1);
  }
}
