package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Creates the topics that are missing, and waits until they are known; existing ones stay as their
 * owner has set them.
 */
public final class TopicSetup {
  /** A caller that is told soon can say so, and stop when it is asked to. */
  private static final int LIMIT_MILLIS = 4_000;

  private static final int PAUSE_MILLIS = 20;

  private TopicSetup() {}

  /**
   * Throws {@link ExecutionException} when the broker refuses or does not answer within seconds.
   */
  public static void createMissing(KafkaSettings settings)
      throws ExecutionException, InterruptedException {
    Map<String, Object> properties = new HashMap<>(settings.admin("topic-setup"));
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
    try (Admin admin = Admin.create(properties)) {
      Set<String> existing = admin.listTopics().names().get();
      List<NewTopic> missing =
          Arrays.stream(Topic.values())
              .filter(topic -> !existing.contains(settings.name(topic)))
              .map(
                  topic ->
                      new NewTopic(
                              settings.name(topic),
                              Optional.of(
                                  Math.max(settings.partitions(), topic.fewestPartitions())),
                              Optional.empty())
                          .configs(topic.settings()))
              .toList();
      create(admin, missing);
      awaitKnown(admin, missing);
    }
  }

  private static void create(Admin admin, List<NewTopic> missing)
      throws ExecutionException, InterruptedException {
    try {
      admin.createTopics(missing).all().get();
    } catch (ExecutionException e) {
      // Two processes may start at the same time: whoever came second finds the topic made.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** The controller has made them; the brokers that clients ask learn of it a little later. */
  private static void awaitKnown(Admin admin, List<NewTopic> made)
      throws ExecutionException, InterruptedException {
    Set<String> names = made.stream().map(NewTopic::name).collect(Collectors.toSet());
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    while (!admin.listTopics().names().get().containsAll(names)) {
      if (System.nanoTime() > deadline) {
        throw new ExecutionException(new TimeoutException("new topics do not become known"));
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }
}
