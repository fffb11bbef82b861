package dev.watchword.app.embedded;

import java.nio.file.Path;
import java.util.Properties;

/**
 * Settings of a single broker that shares a process with its clients: snappy, small, bounded.
 *
 * @param port clients connect here
 * @param controllerPort the metadata quorum of one talks to itself here
 */
record BrokerSettings(Path directory, int port, int controllerPort) {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  /** 127.0.0.1, whatever the JVM prefers for the name. */
  static final byte[] LOOPBACK = {127, 0, 0, 1};

  private static final String HOST = "127.0.0.1:";

  /** Frames are JPEGs; a 4K one of best quality stays below this. */
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  String bootstrapServers() {
    return HOST + port;
  }

  Properties properties() {
    Properties p = new Properties();
    node(p);
    internalTopics(p);
    groups(p);
    logs(p);
    threads(p);
    return p;
  }

  private void node(Properties p) {
    p.put("process.roles", "broker,controller");
    p.put("node.id", text(NODE_ID));
    p.put("listeners", "PLAINTEXT://" + HOST + port + ",CONTROLLER://" + HOST + controllerPort);
    p.put("advertised.listeners", "PLAINTEXT://" + HOST + port);
    p.put("controller.listener.names", CONTROLLER_LISTENER);
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    // Voters by configuration: the log then holds no address, and ports may change between starts.
    p.put("controller.quorum.voters", NODE_ID + "@" + HOST + controllerPort);
    p.put("log.dirs", directory.toString());
    p.put("auto.create.topics.enable", "false");
    p.put("message.max.bytes", text(MAX_MESSAGE_BYTES));
    p.put("replica.fetch.max.bytes", text(MAX_MESSAGE_BYTES));
    // After a crash the controller takes the new broker for a second one until the old session
    // ends.
    p.put("broker.session.timeout.ms", "3000");
    p.put("broker.heartbeat.interval.ms", "500");
    // Idle records wake the disk twice a second otherwise.
    p.put("metadata.max.idle.interval.ms", "5000");
  }

  private static void internalTopics(Properties p) {
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("transaction.state.log.num.partitions", "4");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("share.coordinator.state.topic.num.partitions", "4");
    // A transaction with a timeout of 10 s must not hold readers up for another 10 s.
    p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
  }

  private static void groups(Properties p) {
    p.put("group.initial.rebalance.delay.ms", "0");
    p.put("group.streams.initial.rebalance.delay.ms", "0");
    for (String protocol : new String[] {"consumer", "share", "streams"}) {
      p.put("group." + protocol + ".min.heartbeat.interval.ms", "500");
      p.put("group." + protocol + ".heartbeat.interval.ms", "500");
      p.put("group." + protocol + ".min.session.timeout.ms", "6000");
      p.put("group." + protocol + ".session.timeout.ms", "10000");
    }
  }

  private static void logs(Properties p) {
    p.put("log.segment.bytes", text(64 << 20));
    p.put("log.retention.bytes", text(1 << 30));
    // By default retention is looked at every five minutes: at 45 MB/s that is 13 GB too late.
    p.put("log.retention.check.interval.ms", "3000");
    p.put("log.initial.task.delay.ms", "3000");
    p.put("log.segment.delete.delay.ms", "1000");
    // Enough for a segment of the size above; the default reserves ten times that for each.
    p.put("log.index.size.max.bytes", text(1 << 20));
    // The default allocates 128 MiB at start for topics that hold a few thousand keys.
    p.put("log.cleaner.dedupe.buffer.size", text(4 << 20));
    p.put("metadata.log.segment.bytes", text(8 << 20));
    p.put("metadata.max.retention.bytes", text(32 << 20));
  }

  private static void threads(Properties p) {
    p.put("num.network.threads", "2");
    p.put("num.io.threads", "4");
    p.put("background.threads", "2");
    p.put("group.coordinator.threads", "1");
    p.put("share.coordinator.threads", "1");
  }

  private static String text(int value) {
    return Integer.toString(value);
  }
}
