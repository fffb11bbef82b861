package dev.watchword.app;

import dev.watchword.app.replay.Replays;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.ReplayState;
import dev.watchword.service.kafka.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code watchword replay list|cancel}: the replays that there are. */
final class ReplaysCommand {
  private ReplaysCommand() {}

  @Command(
      name = "list",
      description = "Lists the replays, the oldest first.",
      mixinStandardHelpOptions = true)
  static final class Listing extends KafkaCommand {
    private static final String ROW = "%-20s %-10s %16s %8s  %-24s %s%n";

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      Instant now = Instant.now();
      System.out.printf(ROW, "replay", "state", "answered", "events", "prompts", "video");
      for (Replay replay : new Replays(kafka).all()) {
        System.out.printf(
            ROW,
            replay.getId(),
            state(replay, now),
            replay.getAnswered() + " of " + replay.getAsked() + (replay.getIsRead() ? "" : "+"),
            events(replay),
            prompts(replay.getRequest()),
            video(replay.getRequest()));
        if (!replay.getDetail().isEmpty()) {
          System.out.println("  " + replay.getDetail());
        }
      }
    }
  }

  @Command(
      name = "cancel",
      description = "Ends a replay that is not wanted any more.",
      mixinStandardHelpOptions = true)
  static final class Cancel extends EntryCommand {
    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      Replay found = found(kafka, id());
      if (found.getState() != ReplayState.RUNNING) {
        throw new CommandFailure("replay " + id() + " has ended: " + state(found, Instant.now()));
      }
      Replays replays = new Replays(kafka);
      Replay last = replays.cancel(id());
      replays.deleteAnswered();
      System.out.println("replay " + id() + " " + state(last, Instant.now()));
    }
  }

  static Replay found(KafkaSettings kafka, String id) throws InterruptedException {
    return new Replays(kafka).find(id).orElseThrow(() -> CommandFailure.unknown("replay", id));
  }

  static String state(Replay replay, Instant now) {
    return switch (replay.getState()) {
      case RUNNING -> Replays.isAlive(replay, now) ? "running" : "cut short";
      case DONE -> "done";
      case FAILED -> "failed";
      case CANCELLED -> "cancelled";
    };
  }

  static String summary(Replay replay) {
    Duration took = Duration.between(replay.getCreatedAt(), replay.getChangedAt());
    return "replay %s: %d frames, %d answers (%d failed), %d objects' records, %s, %d s"
        .formatted(
            replay.getId(),
            replay.getFrames(),
            replay.getAnswered(),
            replay.getFailed(),
            events(replay),
            state(replay, Instant.now()),
            took.toSeconds());
  }

  private static long events(Replay replay) {
    return replay.getEvents().values().stream().mapToLong(Long::longValue).sum();
  }

  private static String prompts(ReplayRequest request) {
    return request.getPrompts().isEmpty()
        ? "those of its time"
        : request.getPrompts().stream()
            .map(ReplayPrompt::getText)
            .collect(Collectors.joining(" | "));
  }

  private static String video(ReplayRequest request) {
    return request.getPath() == null
        ? "camera %s, %s to %s".formatted(request.getCamera(), request.getFrom(), request.getTo())
        : request.getPath();
  }
}
