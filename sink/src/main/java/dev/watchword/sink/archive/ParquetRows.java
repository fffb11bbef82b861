package dev.watchword.sink.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Encodes rows as they come into one Parquet file in memory. The same rows give the same bytes.
 * Used by one thread.
 */
final class ParquetRows {
  /** Parquet's default is 128 MiB, which each open file could come to hold. */
  private static final long ROW_GROUP_BYTES = 16L << 20;

  private final MemoryFile file = new MemoryFile();
  private final ParquetWriter<GenericRecord> writer;
  private int rows;

  ParquetRows(Schema schema) {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.setBoolean("parquet.avro.write-old-list-structure", false);
    try {
      writer =
          AvroParquetWriter.<GenericRecord>builder(file)
              .withSchema(schema)
              .withDataModel(GenericData.get())
              .withConf(configuration)
              .withCompressionCodec(CompressionCodecName.ZSTD)
              .withCodecFactory(new ZstdCodec())
              .withRowGroupSize(ROW_GROUP_BYTES)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException("a Parquet file in memory cannot be opened", e);
    }
  }

  void add(GenericRecord row) {
    try {
      writer.write(row);
    } catch (IOException e) {
      throw new UncheckedIOException("a row cannot be encoded as Parquet", e);
    }
    rows++;
  }

  int rows() {
    return rows;
  }

  /** The whole file. Nothing can be added any more. */
  byte[] finish() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a Parquet file in memory cannot be closed", e);
    }
    return file.bytes();
  }
}
