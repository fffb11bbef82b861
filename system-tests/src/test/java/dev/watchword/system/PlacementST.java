package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three ingest processes share the cameras; one is killed. */
class PlacementST {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration MOVE = Duration.ofSeconds(15);
  private static final int CAMERAS = 6;

  @TempDir private Path directory;

  @Test
  void camerasOfAKilledProcessRunElsewhereWithin15Seconds() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 5, 100));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      StringBuilder yaml = new StringBuilder(broker.yaml());
      yaml.append("prompts: {people: {text: detect person}}\ncameras:\n");
      for (int i = 0; i < CAMERAS; i++) {
        cameras.mount("cam" + i, clip);
        yaml.append("  cam%d: {url: '%s', sample: 2/s}%n".formatted(i, cameras.url("cam" + i)));
      }
      Path config = Files.writeString(directory.resolve("watchword.yaml"), yaml);

      try (WatchwordProcess one = ingest(config);
          WatchwordProcess two = ingest(config);
          WatchwordProcess three = ingest(config)) {
        Map<String, WatchwordProcess> processes =
            Map.of(metrics(one), one, metrics(two), two, metrics(three), three);
        Wait.until("three members", START, () -> settled(broker));
        Map<String, Set<String>> before =
            Wait.until("every camera in one process", START, () -> spread(processes.keySet()));
        String victim =
            before.entrySet().stream()
                .max(Map.Entry.comparingByValue((a, b) -> a.size() - b.size()))
                .orElseThrow()
                .getKey();
        Set<String> orphans = before.get(victim);
        Map<String, Double> sessions = sessions(before, victim);

        Instant killed = Instant.now();
        processes.get(victim).kill();
        Wait.until(
            "frames of " + orphans + " from elsewhere",
            MOVE,
            () -> camerasSince(broker, killed.plusMillis(500)).containsAll(orphans) ? true : null);
        System.out.printf(
            "%d cameras of a killed process ran elsewhere after %d ms%n",
            orphans.size(), Duration.between(killed, Instant.now()).toMillis());

        assertThat(sessions(before, victim)).as("others went on as they were").isEqualTo(sessions);
      }
    }
  }

  /** Live cameras by process, once each of them is live in just one. */
  private static Map<String, Set<String>> spread(Set<String> urls) throws Exception {
    Map<String, Set<String>> live = new HashMap<>();
    for (String url : urls) {
      live.put(url, live(url));
    }
    int all = live.values().stream().mapToInt(Set::size).sum();
    boolean shared = live.values().stream().filter(cameras -> !cameras.isEmpty()).count() > 1;
    return all == CAMERAS && shared ? live : null;
  }

  /** All three are members of the group, and it is settled. */
  private static Boolean settled(Broker broker) throws Exception {
    String group = broker.settings().group("ingest");
    try (Admin admin = Admin.create(broker.settings().admin("test"))) {
      ConsumerGroupDescription described =
          admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get();
      boolean all =
          described.groupState() == GroupState.STABLE
              && described.members().size() == 3
              && described.members().stream()
                  .noneMatch(member -> member.assignment().topicPartitions().isEmpty());
      return all ? true : null;
    }
  }

  private static Set<String> live(String url) throws Exception {
    return Metrics.scrape(url).samples().entrySet().stream()
        .filter(sample -> sample.getKey().startsWith("watchword_ingest_camera_live{"))
        .filter(sample -> sample.getValue() == 1)
        .map(sample -> sample.getKey().replaceAll(".*camera=\"([^\"]+)\".*", "$1"))
        .collect(Collectors.toSet());
  }

  private static Map<String, Double> sessions(Map<String, Set<String>> placed, String without)
      throws Exception {
    Map<String, Double> sessions = new TreeMap<>();
    for (Map.Entry<String, Set<String>> process : placed.entrySet()) {
      if (!process.getKey().equals(without)) {
        Metrics metrics = Metrics.scrape(process.getKey());
        for (String camera : process.getValue()) {
          String label = "camera=\"" + camera + "\"";
          sessions.put(camera, metrics.sum("watchword_ingest_sessions_total", label));
        }
      }
    }
    return sessions;
  }

  private static Set<String> camerasSince(Broker broker, Instant since) throws Exception {
    return broker.read(Topic.FRAMES, SampledFrame.class).stream()
        .filter(frame -> frame.getArrivedAt().isAfter(since))
        .map(frame -> frame.getId().getCamera())
        .collect(Collectors.toSet());
  }

  private WatchwordProcess ingest(Path config) throws Exception {
    return WatchwordProcess.start(
        directory, "ingest", "-c", config.toString(), "--operations-port", "0");
  }

  private static String metrics(WatchwordProcess process) {
    return process.awaitLine("metrics=\"?(http://[^\\s\"]+)", START);
  }
}
