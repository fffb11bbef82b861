package dev.watchword.app;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.simulator.CameraSimulator;
import dev.watchword.simulator.SimulatedCamera;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword demo}: the whole pipeline with simulated cameras, from one command. */
@Command(
    name = "demo",
    description =
        "Runs everything embedded, with simulated cameras, and prints the console's address.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--clip",
      paramLabel = "FILE",
      description = "A video that the third camera plays instead of a drawn scene.")
  private Path clip;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "watchword-data",
      description = "Where the embedded parts keep their files. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the console. Default: 8080, or a free one when it is taken.")
  private Integer port;

  @Option(
      names = "--operations-port",
      defaultValue = "0",
      description = "Port of /metrics and /health; 0, the default, takes a free one.")
  private int operationsPort;

  @Override
  public Integer call() throws Exception {
    if (clip != null && !Files.isRegularFile(clip)) {
      throw new CommandFailure("there is no file " + clip + " to play as a camera");
    }
    CollectorRegistry registry = new CollectorRegistry();
    try (Running running = new Running()) {
      CameraSimulator simulator = running.own(new CameraSimulator(Caches.scenes(), 0, clip));
      String yaml = configuration(simulator.cameras(), port == null ? freePort(8080) : port);
      WatchwordConfig config =
          WatchwordConfig.from(ConfigFile.parse("demo.yaml", yaml, System::getenv), registry);
      Files.createDirectories(config.data());
      Files.writeString(config.data().resolve("demo.yaml"), yaml);
      System.out.println(
          "Three simulated cameras; their configuration is " + config.data().resolve("demo.yaml"));
      System.out.println(
          "The embedded model knows person, car, truck and bag in drawn scenes only.");
      return UpCommand.run(running, config, registry, operationsPort);
    }
  }

  private String configuration(List<SimulatedCamera> cameras, int consolePort) {
    String entries =
        cameras.stream()
            .map(camera -> "  " + camera.name() + ":\n    url: " + camera.url() + "\n")
            .collect(Collectors.joining());
    return """
        # What 'watchword demo' runs; a start for a file of your own.
        data: "%s"
        cameras:
        %sprompts:
          street-life:
            text: detect person ; car ; truck ; bag
        archive:
          roll-every: 1m
        console:
          listen: 127.0.0.1:%d
        """
        .formatted(
            data.toAbsolutePath().normalize().toString().replace("\\", "\\\\"),
            entries,
            consolePort);
  }

  private static int freePort(int preferred) throws IOException {
    for (int candidate : new int[] {preferred, 0}) {
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        if (candidate == 0) {
          throw e;
        }
      }
    }
    throw new IllegalStateException("unreachable");
  }
}
