package dev.watchword.service;

import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.time.Clock;
import java.util.function.Consumer;

/**
 * What the process gives to each of its services.
 *
 * @param registry receives the service's metrics
 * @param bugs told of a failure that no retry can mend; the process then logs it once and exits
 *     non-zero
 */
public record ServiceContext(
    KafkaSettings kafka, CollectorRegistry registry, Clock clock, Consumer<Throwable> bugs) {}
