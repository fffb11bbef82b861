package dev.watchword.ingest.coverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.ingest.coverage.CoverageBook.Counts;
import dev.watchword.ingest.coverage.CoverageBook.Minute;
import dev.watchword.schemas.Coverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftCoverageTest {
  @TempDir private Path directory;

  private static List<Coverage> records(String process) {
    CoverageBook book = new CoverageBook(process);
    Minute minute = new Minute("gate", "s", Instant.parse("2026-03-01T12:00:00Z"));
    book.count(minute, Counts::captured);
    book.count(minute, counts -> counts.dropped("damaged"));
    return book.untold();
  }

  @Test
  void keepsARecordOfEachProcessUntilItIsDeleted() throws IOException {
    LeftCoverage left = new LeftCoverage(directory.resolve("coverage"));
    assertThat(left.files()).isEmpty();
    left.keep("p1", records("p1"));
    left.keep("p2", records("p2"));

    assertThat(left.files()).hasSize(2);
    assertThat(left.read(left.files().getFirst())).isEqualTo(records("p1"));
    left.delete(left.files().getFirst());
    assertThat(left.read(left.files().getFirst())).isEqualTo(records("p2"));
  }

  @Test
  void saysThatAFileIsDamaged() throws IOException {
    LeftCoverage left = new LeftCoverage(directory);
    left.keep("p1", records("p1"));
    Path file = left.files().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 20));

    assertThatThrownBy(() -> left.read(file)).isInstanceOf(IOException.class);
  }
}
