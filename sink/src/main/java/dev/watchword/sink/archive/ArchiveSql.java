package dev.watchword.sink.archive;

import dev.watchword.storage.ObjectStore;
import dev.watchword.storage.StorageConfig;
import dev.watchword.storage.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The archive as SQL tables, by DuckDB in this process: {@code detections}, a row for each frame
 * and prompt, {@code boxes}, a row for each box, {@code events}, the last row of each, and {@code
 * event_records}, all of them; and the same of replays, with {@code replay_} before their names and
 * a column {@code replay}. Files of a bucket are fetched into a directory first and kept there.
 * Used by one thread.
 */
public final class ArchiveSql implements AutoCloseable {
  private static final List<String> TABLES =
      List.of(
          DetectionRows.DIRECTORY, EventRows.DIRECTORY, ReplayRows.DETECTIONS, ReplayRows.EVENTS);

  private final Connection connection;

  private ArchiveSql(Connection connection) {
    this.connection = connection;
  }

  /**
   * @param cache where the files of a bucket are put
   * @param since of a bucket, only this day and later ones are fetched
   * @throws IOException when there is nothing to be read
   */
  public static ArchiveSql open(StorageConfig storage, Path cache, LocalDate since)
      throws IOException {
    Path root =
        storage instanceof StorageConfig.Directory directory
            ? directory.root()
            : fetched(storage, cache, since);
    List<String> tables =
        TABLES.stream().filter(table -> Files.isDirectory(root.resolve(table))).toList();
    if (tables.isEmpty()) {
      throw new IOException(
          "the archive in "
              + storage
              + " has no files yet; the first ones come when archive.roll-every has passed");
    }
    try {
      ArchiveSql sql = new ArchiveSql(DriverManager.getConnection("jdbc:duckdb:"));
      try {
        sql.createViews(root, tables);
        return sql;
      } catch (SQLException e) {
        sql.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("the archive in " + storage + " cannot be read: " + firstLine(e), e);
    }
  }

  private void createViews(Path root, List<String> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      if (tables.contains(DetectionRows.DIRECTORY)) {
        createDetections(statement, "", files(root, DetectionRows.DIRECTORY));
      }
      if (tables.contains(ReplayRows.DETECTIONS)) {
        createDetections(statement, "replay_", files(root, ReplayRows.DETECTIONS));
      }
      if (tables.contains(EventRows.DIRECTORY)) {
        createEvents(statement, "", files(root, EventRows.DIRECTORY), "event_id");
      }
      if (tables.contains(ReplayRows.EVENTS)) {
        createEvents(statement, "replay_", files(root, ReplayRows.EVENTS), "replay, event_id");
      }
    }
  }

  private static void createDetections(Statement statement, String prefix, String files)
      throws SQLException {
    statement.execute("create view %sdetections as %s".formatted(prefix, files));
    statement.execute(
        "create view %1$sboxes as select * exclude (boxes, box), unnest(box) from (select *, unnest(boxes) as box from %1$sdetections)"
            .formatted(prefix));
  }

  private static void createEvents(Statement statement, String prefix, String files, String id)
      throws SQLException {
    statement.execute("create view %sevent_records as %s".formatted(prefix, files));
    statement.execute(
        "create view %1$sevents as select * from %1$sevent_records qualify row_number() over (partition by %2$s order by revision desc) = 1"
            .formatted(prefix, id));
  }

  /** A camera named 12 is a name all the same. */
  private static String files(Path root, String table) {
    return ("select * from read_parquet('%s/*/*/*.parquet', union_by_name = true,"
            + " hive_partitioning = true, hive_types = {'date': date, 'camera': varchar})")
        .formatted(root.resolve(table).toString().replace("'", "''"));
  }

  private static Path fetched(StorageConfig storage, Path cache, LocalDate since)
      throws IOException {
    Path root = cache.resolve(storage.toString().replaceAll("[^A-Za-z0-9.-]+", "_"));
    try (ObjectStore store = storage.open()) {
      for (String table : TABLES) {
        String first = table + "/date=" + since;
        for (StoredObject object : store.list(table)) {
          Path file = root.resolve(object.name());
          boolean held = Files.exists(file) && Files.size(file) == object.bytes();
          if (!held && object.name().compareTo(first) >= 0) {
            Files.createDirectories(file.getParent());
            Path incoming = Files.createTempFile(root, "fetched-", "");
            Files.write(incoming, store.read(object.name()));
            Files.move(incoming, file, StandardCopyOption.ATOMIC_MOVE);
          }
        }
      }
    }
    return root;
  }

  /**
   * Runs one query.
   *
   * @param head is told the columns' names, then
   * @param row the values of each row: numbers, truth values, texts, and null where there is none
   * @throws IOException when the query is wrong, with DuckDB's own words
   */
  public void query(String sql, Consumer<List<String>> head, Consumer<List<Object>> row)
      throws IOException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      ResultSetMetaData columns = result.getMetaData();
      List<String> names = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        names.add(columns.getColumnLabel(i));
      }
      head.accept(names);
      while (result.next()) {
        List<Object> values = new ArrayList<>();
        for (int i = 1; i <= names.size(); i++) {
          Object value = result.getObject(i);
          values.add(
              value instanceof Number || value instanceof Boolean ? value : result.getString(i));
        }
        row.accept(values);
      }
    } catch (SQLException e) {
      throw new IOException("the query cannot be run: " + firstLine(e), e);
    }
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not close", e);
    }
  }
}
