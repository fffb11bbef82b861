package dev.watchword.sink.alerts;

import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordEncoder;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What the alerts' part of the topology is made of.
 *
 * @param pictures the address of a picture in the storage, by its name there
 * @param silence a camera that sends nothing for so long by the wall clock is taken to be silent
 * @param decoder makes a decoder for each task, which closes it
 * @param encoder of the records that are written; closed by whoever made it
 */
public record AlertParts(
    String rulesTopic,
    String statusTopic,
    String coverageTopic,
    String alertsTopic,
    String evidenceTopic,
    UnaryOperator<String> pictures,
    Duration silence,
    Supplier<RecordDecoder> decoder,
    RecordEncoder encoder,
    AlertMetrics metrics) {}
