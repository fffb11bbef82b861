package dev.watchword.ingest.coverage;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * What processes had counted and could not tell before they ended, an Avro file of each in a
 * directory that processes may share. Records are totals, so that it does no harm when two of them
 * tell of the same. Safe for use by many threads.
 */
public final class LeftCoverage {
  static {
    GeneratedRecords.trust();
  }

  private static final String SUFFIX = ".avro";

  private final Path directory;

  /**
   * @param directory made when there is something to keep
   */
  public LeftCoverage(Path directory) {
    this.directory = directory;
  }

  /** Keeps the records until {@link #delete} is called with their file. */
  public void keep(String process, List<Coverage> records) throws IOException {
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, process, ".tmp");
    try {
      try (DataFileWriter<Coverage> file =
          new DataFileWriter<>(new SpecificDatumWriter<>(Coverage.class))) {
        file.create(Coverage.getClassSchema(), temporary.toFile());
        for (Coverage each : records) {
          file.append(each);
        }
        file.fSync();
      }
      Files.move(temporary, directory.resolve(process + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** What is there now. */
  public List<Path> files() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  /** Throws {@link IOException} when the file is gone or damaged. */
  public List<Coverage> read(Path file) throws IOException {
    List<Coverage> records = new ArrayList<>();
    try (DataFileReader<Coverage> reader =
        new DataFileReader<>(file.toFile(), new SpecificDatumReader<>(Coverage.class))) {
      reader.forEach(records::add);
    } catch (RuntimeException e) {
      // How Avro's iterator and decoder say so.
      throw new IOException(file + " is damaged", e);
    }
    // To Avro a file that breaks off is one that ends.
    if (records.isEmpty()) {
      throw new IOException(file + " is damaged");
    }
    return records;
  }

  /** Kafka has what is in it. */
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }
}
