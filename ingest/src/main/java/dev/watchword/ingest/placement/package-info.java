/**
 * Which cameras there are, and which of them are this process's: the topic {@code cameras}, whose
 * partitions ingest processes share as a consumer group.
 */
package dev.watchword.ingest.placement;
