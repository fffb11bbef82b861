package dev.watchword.sink.archive;

import dev.watchword.schemas.Topic;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a topic's records become in the archive: flat rows that SQL readers find easy. */
sealed interface ArchivedTable permits DetectionRows, EventRows, ReplayRows {
  Topic topic();

  /** Where records that cannot be read go. */
  Topic deadLetterTopic();

  /** The directory of its files. */
  String directory();

  /** The class of the topic's records. */
  Class<? extends SpecificRecord> type();

  Schema schema();

  /** The camera that a record is of. */
  String camera(SpecificRecord value);

  /**
   * @param source the record that the value came in
   */
  GenericRecord row(ConsumerRecord<String, byte[]> source, SpecificRecord value);
}
