package dev.watchword.sink.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.avro.Schema;

/** The schemas of rows, and the values that are the same in all of them. */
final class RowSchemas {
  private RowSchemas() {}

  /**
   * @param resource beside this class
   */
  static Schema read(String resource) {
    try (InputStream in = RowSchemas.class.getResourceAsStream(resource)) {
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the archive's schema is not part of this build", e);
    }
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
