package dev.watchword.sink.events;

import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordEncoder;
import dev.watchword.sink.alerts.AlertParts;
import java.util.function.Supplier;

/**
 * What the topology is made of.
 *
 * @param decoder makes a decoder for each task, which closes it
 * @param encoder of the records that are written; closed by whoever made it
 */
record TopologyParts(
    TrackingConfig tracking,
    String detectionsTopic,
    String camerasTopic,
    String eventsTopic,
    String deadLetterTopic,
    Supplier<RecordDecoder> decoder,
    RecordEncoder encoder,
    EventsMetrics metrics,
    AlertParts alerts) {}
