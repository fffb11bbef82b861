/** Avro records as bytes on a topic, in the wire format of Confluent's serializers. */
package dev.watchword.schemas.wire;
