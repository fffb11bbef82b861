/** Detections to Parquet files in object storage, exactly once. */
package dev.watchword.sink.archive;
