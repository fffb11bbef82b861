package dev.watchword.app.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;

/** A broker in a JVM of its own, so that it can be killed or fail. */
final class BrokerProcess {
  static final String READY = "ready";

  private BrokerProcess() {}

  static Process start(Path directory, String mode) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerProcess.class.getName(),
            directory.toString(),
            mode)
        .redirectErrorStream(true)
        .start();
  }

  /** What the process said until a line that starts with the word, or its end. */
  static String outputUntil(BufferedReader output, String word) throws IOException {
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      if (line.startsWith(word)) {
        break;
      }
    }
    return said.toString();
  }

  static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static void main(String[] args) throws Exception {
    EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(args[0]), 0);
    switch (args[1]) {
      case "records" -> {
        KafkaClients clients = new KafkaClients(kafka.bootstrapServers());
        clients.createTopic("survivors");
        clients.send("survivors", List.of("one", "two", "three"), Map.of());
        System.out.println(READY);
        System.in.read();
      }
      case "exit" -> Exit.exit(0, "disk is gone");
      default -> Exit.halt(0, "disk is gone");
    }
    kafka.close();
  }
}
