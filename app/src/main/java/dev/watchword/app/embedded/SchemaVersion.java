package dev.watchword.app.embedded;

import org.apache.avro.Schema;

/**
 * One version of a subject.
 *
 * @param version counts from 1 within the subject
 * @param id unique in the registry; equal schemas share it
 */
record SchemaVersion(String subject, int version, int id, Schema schema) {
  /** The text that identifies the schema and that clients get. */
  String text() {
    return schema.toString();
  }
}
