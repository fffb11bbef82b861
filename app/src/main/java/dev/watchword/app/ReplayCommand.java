package dev.watchword.app;

import dev.watchword.app.replay.ReplayDriver;
import dev.watchword.app.replay.ReplayView;
import dev.watchword.app.replay.Replays;
import dev.watchword.inference.Prompt;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.ReplayState;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword replay}: asks prompts about recorded video. */
@Command(
    name = "replay",
    description = {
      "Asks prompts about a video, a folder of videos, or what was recorded of a camera, with what live cameras leave of the model.",
      "The answers go to topics of their own. Run twice, it gives the same answers."
    },
    mixinStandardHelpOptions = true,
    subcommands = {ReplaysCommand.Listing.class, ReplaysCommand.Cancel.class})
final class ReplayCommand extends KafkaCommand {
  private static final String CAMERA_ID = "[a-z0-9][a-z0-9_-]{0,62}";

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|FOLDER",
      description = "A video, or a folder whose videos are read in the order of their names.")
  private Path path;

  @Option(
      names = "--camera",
      paramLabel = "ID",
      description =
          "Without a file: the camera whose recording is read. With one: the camera that its frames are said to be of; default: the file's name.")
  private String camera;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Of a recording: where it begins, such as 2026-03-01T22:00:00Z.")
  private Instant from;

  @Option(names = "--to", paramLabel = "TIME", description = "Of a recording: where it ends.")
  private Instant to;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "When the file's first frame was captured. Default: the file's own time.")
  private Instant start;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "Such as 'detect person ; car'; may be given several times. Default: the prompts that held when each frame was captured.")
  private List<String> prompts = List.of();

  @Option(names = "--free-text", description = "Give the prompts to the model as they are.")
  private boolean freeText;

  @Option(
      names = "--sample",
      paramLabel = "RATE",
      defaultValue = "2/s",
      description = "Frames looked at. Default: ${DEFAULT-VALUE}.")
  private String sample;

  @Option(
      names = "--speed",
      paramLabel = "max|1x|4x",
      defaultValue = "max",
      description = "Times as fast as it was recorded. Default: ${DEFAULT-VALUE}.")
  private String speed;

  @Option(
      names = "--resume",
      paramLabel = "ID",
      description = "Go on with a replay that was cut short.")
  private String resume;

  @Option(
      names = "--new",
      description = "Begin anew, although the same replay was cut short before.")
  private boolean anew;

  @Override
  void act(KafkaSettings kafka) throws InterruptedException {
    createTopics(kafka);
    ReplayView view = new ReplayView(System.err, isTerminal());
    ReplayDriver driver =
        new ReplayDriver(kafka, kafkaOptions().recordings(), kafkaOptions().tracking(), view);
    try {
      Replay replay = resume == null ? begin(new Replays(kafka), driver) : unfinished(kafka);
      view.note("replay " + replay.getId());
      if (!replay.getDetail().isEmpty()) {
        view.note(replay.getDetail());
      }
      Thread goodbye = new Thread(() -> sayHowToGoOn(view, replay.getId()), "goodbye");
      Runtime.getRuntime().addShutdownHook(goodbye);
      try {
        summary(driver.run(replay.getId()), view);
      } finally {
        forget(goodbye);
      }
    } catch (IOException e) {
      view.end();
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private static void sayHowToGoOn(ReplayView view, String id) {
    view.end();
    System.err.println("stopped; 'watchword replay --resume " + id + "' goes on");
  }

  private static void forget(Thread goodbye) {
    try {
      Runtime.getRuntime().removeShutdownHook(goodbye);
    } catch (IllegalStateException e) {
      // The process is ending, and says how to go on.
    }
  }

  private static void createTopics(KafkaSettings kafka) throws InterruptedException {
    try {
      TopicSetup.createMissing(kafka);
    } catch (ExecutionException e) {
      throw new KafkaException(KafkaSettings.sentence(e), e);
    }
  }

  private Replay begin(Replays replays, ReplayDriver driver)
      throws IOException, InterruptedException {
    ReplayRequest request = request();
    for (Replay before : anew ? List.<Replay>of() : replays.unfinished(request)) {
      boolean alive = Replays.isAlive(before, Instant.now());
      throw new CommandFailure(
          alive
              ? "the same replay runs already, as "
                  + before.getId()
                  + "; --new begins another beside it"
              : "the same replay was cut short: '--resume "
                  + before.getId()
                  + "' goes on with it, --new begins another");
    }
    return driver.begin(request);
  }

  private Replay unfinished(KafkaSettings kafka) throws InterruptedException {
    if (path != null || camera != null || !prompts.isEmpty()) {
      throw new CommandFailure("--resume goes on as the replay was asked for; leave the rest out");
    }
    Replay replay = ReplaysCommand.found(kafka, resume);
    if (replay.getState() != ReplayState.RUNNING) {
      throw new CommandFailure(
          "replay " + resume + " has ended: " + ReplaysCommand.state(replay, Instant.now()));
    }
    return replay;
  }

  private ReplayRequest request() {
    if (path == null && (camera == null || from == null || to == null)) {
      throw new CommandFailure(
          "name a file or a folder, or what was recorded with --camera, --from and --to");
    }
    if (path != null && (from != null || to != null)) {
      throw new CommandFailure("--from and --to are for recordings, not for files");
    }
    if (path == null && (!from.isBefore(to) || start != null)) {
      throw new CommandFailure(
          start != null ? "--start is for files" : "--from must be before --to");
    }
    if (camera != null && !camera.matches(CAMERA_ID)) {
      throw new CommandFailure(
          "--camera " + camera + ": lower-case letters, digits, '-' and '_', at most 63");
    }
    return ReplayRequest.newBuilder()
        .setPath(path == null ? null : path.toAbsolutePath().normalize().toString())
        .setCamera(camera)
        .setFrom(micros(from))
        .setTo(micros(to))
        .setStart(micros(start))
        .setPrompts(asked())
        .setSamplesPerSecond(samplesPerSecond())
        .setSpeed(speed())
        .build();
  }

  private static Instant micros(Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
  }

  private List<ReplayPrompt> asked() {
    List<ReplayPrompt> asked = new ArrayList<>();
    for (String text : prompts) {
      try {
        TaskPrompt prompt = freeText ? new TextPrompt(text) : TaskPrompt.parse(text);
        String id = "prompt-" + (asked.size() + 1);
        asked.add(new Prompt(id, prompt, Set.of(), false).replayed());
      } catch (IllegalArgumentException e) {
        throw new CommandFailure("--prompt: " + e.getMessage(), e);
      }
    }
    return asked;
  }

  private double samplesPerSecond() {
    try {
      return ConfigFile.of("the command line", Map.of("sample", sample), name -> null)
          .perSecond("sample", 2);
    } catch (ConfigException e) {
      throw new CommandFailure("--sample: expected a rate such as 2/s, not '" + sample + "'", e);
    }
  }

  private double speed() {
    if (speed.equals("max")) {
      return 0;
    }
    if (!speed.matches("[0-9]{1,4}(\\.[0-9]{1,3})?x?") || speed.matches("[0.]+x?")) {
      throw new CommandFailure("--speed: expected max, 1x or 4x, not '" + speed + "'");
    }
    return Double.parseDouble(speed.replace("x", ""));
  }

  private static void summary(Replay replay, ReplayView view) {
    view.end();
    System.out.println(ReplaysCommand.summary(replay));
    if (replay.getState() != ReplayState.DONE) {
      throw new CommandFailure(
          "replay " + replay.getId() + " " + ReplaysCommand.state(replay, Instant.now()));
    }
  }

  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Newer runtimes give a console that is none, and say so.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
