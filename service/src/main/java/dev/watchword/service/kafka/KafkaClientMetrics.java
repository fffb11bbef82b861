package dev.watchword.service.kafka;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * Shows the few Kafka client metrics that an operator watches (lag, errors, throughput, latency)
 * beside our own. Kafka makes one per client, so all of a registry's reporters share one collector.
 */
public final class KafkaClientMetrics implements MetricsReporter {
  static final String REGISTRY = "watchword.metrics.registry";

  private static final Set<String> SHOWN =
      Set.of(
          "records-lag-max",
          "record-error-total",
          "record-retry-total",
          "record-send-total",
          "records-consumed-total",
          "request-latency-avg",
          "buffer-available-bytes",
          "connection-count",
          "commit-latency-avg",
          "rebalance-total");
  private static final Map<CollectorRegistry, Families> COLLECTORS = new ConcurrentHashMap<>();

  private Families families = new Families();

  @Override
  public void configure(Map<String, ?> configs) {
    if (configs.get(REGISTRY) instanceof CollectorRegistry registry) {
      families = COLLECTORS.computeIfAbsent(registry, key -> new Families().register(key));
    }
  }

  @Override
  public void init(List<KafkaMetric> metrics) {
    metrics.forEach(this::metricChange);
  }

  @Override
  public void metricChange(KafkaMetric metric) {
    if (SHOWN.contains(metric.metricName().name())) {
      families.metrics.put(metric.metricName(), metric);
    }
  }

  @Override
  public void metricRemoval(KafkaMetric metric) {
    families.metrics.remove(metric.metricName(), metric);
  }

  @Override
  public void close() {}

  private static final class Families extends Collector {
    private final Map<MetricName, KafkaMetric> metrics = new ConcurrentHashMap<>();

    @Override
    public List<MetricFamilySamples> collect() {
      Map<String, MetricFamilySamples> families = new TreeMap<>();
      metrics.forEach((name, metric) -> add(families, name, metric));
      return new ArrayList<>(families.values());
    }

    private static void add(
        Map<String, MetricFamilySamples> families, MetricName name, KafkaMetric metric) {
      if (!(metric.metricValue() instanceof Number number) || Double.isNaN(number.doubleValue())) {
        return;
      }
      String text =
          sanitizeMetricName("kafka_" + name.group().replace("-metrics", "") + "_" + name.name())
              .replace('-', '_');
      List<String> labels = new ArrayList<>();
      List<String> values = new ArrayList<>();
      new TreeMap<>(name.tags())
          .forEach(
              (label, value) -> {
                labels.add(sanitizeMetricName(label).replace('-', '_'));
                values.add(value);
              });
      families
          .computeIfAbsent(
              text,
              key ->
                  new MetricFamilySamples(key, Type.UNKNOWN, name.description(), new ArrayList<>()))
          .samples
          .add(new MetricFamilySamples.Sample(text, labels, values, number.doubleValue()));
    }
  }
}
