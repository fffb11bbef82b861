package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.app.replay.ReplayDriver;
import dev.watchword.app.replay.ReplayView;
import dev.watchword.app.replay.Replays;
import dev.watchword.inference.PromptTopic;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.KeyedRecords;
import dev.watchword.simulator.SceneClip;
import dev.watchword.sink.events.TrackingConfig;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command without a worker: what is asked, published, and said. */
class ReplayCommandIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private static Path directory;
  private static TestBroker broker;
  private static KafkaSettings kafka;
  private static Path file;
  private static Path clip;

  @BeforeAll
  static void start() throws Exception {
    broker = new TestBroker(directory);
    kafka = broker.settings("", new CollectorRegistry());
    clip = SceneClip.cached(directory, SceneClip.slideshow(7, 5, 10, 160, 120, 10));
    file =
        Files.writeString(
            directory.resolve("watchword.yaml"),
            "kafka: {bootstrap.servers: '%s'}%nregistry: {url: '%s'}%ndata: '%s'%ncameras: {gate: {url: 'rtsp://h/'}}%nprompts: {p: {text: detect person}}%n"
                .formatted(broker.address(), broker.registryUrl(), directory.resolve("data")));
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static CommandLineRun run(String... arguments) {
    return CommandLineRun.of(
        Stream.concat(
                Stream.of("replay"),
                Stream.concat(Arrays.stream(arguments), Stream.of("-c", file.toString())))
            .toArray(String[]::new));
  }

  private static ReplayDriver driver() {
    ReplayView view = new ReplayView(new PrintStream(OutputStream.nullOutputStream()), false);
    return new ReplayDriver(kafka, directory.resolve("data/storage"), TrackingConfig.DEFAULT, view);
  }

  /** Begins in the background, where it waits for answers that nobody gives. */
  private static CompletableFuture<Void> unanswered(String id) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            driver().run(id);
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        },
        Thread.ofPlatform().daemon()::start);
  }

  private static void awaitAsked(String id, long count) {
    TestBroker.await(
        count + " frames",
        LIMIT,
        () -> {
          try {
            return new Replays(kafka)
                .find(id)
                .filter(replay -> replay.getAsked() >= count)
                .isPresent();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static List<SampledFrame> frames(String id) throws Exception {
    return broker.read(Topic.FRAMES_REPLAY, SampledFrame.class).stream()
        .filter(frame -> frame.getReplay().getId().equals(id))
        .toList();
  }

  @Test
  void saysWhatIsWrongWithARequest() {
    assertThat(run().err()).contains("name a file or a folder, or what was recorded");
    assertThat(run("/none.mp4").err()).contains("there is no file or folder /none.mp4");
    assertThat(run(clip.toString(), "--prompt", "detekt person").err()).contains("did you mean");
    assertThat(run(clip.toString(), "--speed", "fast").err()).contains("expected max, 1x or 4x");
    assertThat(run(clip.toString(), "--sample", "often").err()).contains("such as 2/s");
    assertThat(run("--resume", "never").err()).contains("there is no replay never");
    assertThat(run("cancel", "never").err()).contains("there is no replay never");
    String at = TIME.toString();
    assertThat(run("--camera", "gate", "--from", at, "--to", at).err())
        .contains("--from must be before --to");
    String later = TIME.plusSeconds(60).toString();
    assertThat(run("--camera", "lot", "--from", at, "--to", later).err())
        .contains("of camera lot nothing was recorded");
  }

  @Test
  void aReplayIsOfferedUntilItIsCancelledFromElsewhere() throws Exception {
    ReplayRequest request =
        ReplayRequest.newBuilder()
            .setPath(clip.toAbsolutePath().normalize().toString())
            .setPrompts(List.of(new ReplayPrompt("prompt-1", "detect car", false, false)))
            .setSamplesPerSecond(2)
            .build();
    String id = driver().begin(request).getId();
    CompletableFuture<Void> waiting = unanswered(id);
    awaitAsked(id, 10);
    assertThat(run(clip.toString(), "--prompt", "detect car").err())
        .contains("the same replay runs already, as " + id);

    assertThat(run("cancel", id).out()).contains("replay " + id + " cancelled");
    assertThatThrownBy(() -> waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("replay " + id + " was cancelled");
    assertThat(run("--resume", id).err()).contains("replay " + id + " has ended: cancelled");
    assertThat(run("list").out()).containsPattern(id + " cancelled +0 of 10 ");
  }

  @Test
  void whoTakesAReplayOverGoesOnWithoutPublishingAFrameAgain() throws Exception {
    String id =
        driver()
            .begin(
                ReplayRequest.newBuilder()
                    .setPath(clip.toString())
                    .setPrompts(List.of(new ReplayPrompt("prompt-1", "detect bag", false, false)))
                    .setSamplesPerSecond(10)
                    .setSpeed(4)
                    .build())
            .getId();
    CompletableFuture<Void> first = unanswered(id);
    awaitAsked(id, 16);
    CompletableFuture<Void> second = unanswered(id);
    assertThatThrownBy(() -> first.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("taken over by another process");
    awaitAsked(id, 50);

    assertThat(frames(id))
        .extracting(frame -> frame.getId().getSequence())
        .hasSize(50)
        .doesNotHaveDuplicates();
    assertThat(run("cancel", id).exitCode()).isZero();
    assertThatThrownBy(() -> second.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("was cancelled");
  }

  @Test
  void asksARecordingWhatHeldAtItsTime() throws Exception {
    String name = "recordings/gate/2026-03-01/120000.000-00000001.mp4";
    Path recording = directory.resolve("data/storage").resolve(name);
    Files.createDirectories(recording.getParent());
    Files.copy(clip, recording);
    KeyedRecords.write(
        kafka,
        Topic.RECORDINGS,
        Map.of(
            "gate",
            new Segment(
                "gate",
                "0195a0b2-0000-7000-8000-000000000001",
                TIME,
                TIME.plusMillis(4_900),
                name,
                SegmentState.RECORDED,
                50,
                1000L,
                "h264")));
    for (Instant from : List.of(TIME.plusSeconds(1), TIME.plusSeconds(3))) {
      String text = from.equals(TIME.plusSeconds(1)) ? "detect person" : "detect car";
      Prompt version =
          PromptTopic.version(
              new dev.watchword.inference.Prompt("p", TaskPrompt.parse(text), Set.of(), false),
              from,
              null,
              TIME);
      KeyedRecords.write(kafka, Topic.PROMPTS, Map.of(Ids.key(version), version));
    }
    Replay replay =
        driver()
            .begin(
                ReplayRequest.newBuilder()
                    .setCamera("gate")
                    .setFrom(TIME.minusSeconds(60))
                    .setTo(TIME.plusSeconds(4))
                    .setPrompts(List.of())
                    .setSamplesPerSecond(2)
                    .build());
    CompletableFuture<Void> waiting = unanswered(replay.getId());
    awaitAsked(replay.getId(), 6);

    assertThat(replay.getDetail())
        .isEqualTo("nothing was recorded from 2026-03-01T11:59:00Z to 2026-03-01T12:00:00Z");
    assertThat(frames(replay.getId()))
        .extracting(frame -> frame.getReplay().getPrompts().getFirst().getText())
        .containsExactly(
            "detect person",
            "detect person",
            "detect person",
            "detect person",
            "detect car",
            "detect car");
    assertThat(new Replays(kafka).find(replay.getId()).orElseThrow().getUnasked()).isEqualTo(2);
    run("cancel", replay.getId());
    assertThatThrownBy(waiting::join).hasMessageContaining("was cancelled");
  }
}
