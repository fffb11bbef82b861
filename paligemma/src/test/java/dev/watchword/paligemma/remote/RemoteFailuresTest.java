package dev.watchword.paligemma.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.remote.StandIn.Say;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a server may do instead of answering. */
class RemoteFailuresTest extends RemoteFixture {
  @Test
  void triesAgainWhatMayPassAndWaitsAsLongAsItIsAsked() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(429, "").with("Retry-After", "7"),
            Say.status(503, "{\"error\":{\"code\":503,\"message\":\"Loading model\"}}"),
            Say.ok(StandIn.body("vllm.json")))) {
      Answer answer = ask(server, detect());

      assertThat(generation(answer).detections()).hasSize(2);
      assertThat(answer.usage().attempts()).isEqualTo(3);
      assertThat(pauses.get(0)).isEqualTo(Duration.ofSeconds(7));
      assertThat(pauses.get(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }
  }

  @Test
  void readsARetryDate() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(503, "").with("Retry-After", "Sun, 01 Mar 2026 10:00:09 GMT"),
            Say.ok(StandIn.completion("[]")))) {
      ask(server, detect());
      assertThat(pauses).containsExactly(Duration.ofSeconds(9));
    }
  }

  @Test
  void givesUpAfterItsRetriesWithTheServersWords() throws Exception {
    try (StandIn server =
        new StandIn(Say.status(503, "{\"error\":{\"message\":\"Loading model\"}}"))) {
      Answer.Failed failed = failed(ask(server, detect()));

      assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed.failure())
          .isEqualTo(
              "the model endpoint %s/v1 answers with status 503: Loading model"
                  .formatted(server.url()));
      assertThat(server.sent).hasSize(3);
      assertThat(failed.usage().attempts()).isEqualTo(3);
    }
  }

  @Test
  void doesNotWaitLongerThanACallMayTake() throws Exception {
    try (StandIn server = new StandIn(Say.status(429, "").with("Retry-After", "3600"))) {
      assertThat(failed(ask(server, detect())).reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(pauses).isEmpty();
      assertThat(server.sent).hasSize(1);
    }
  }

  @Test
  void doesNotRepeatWhatIsRefused() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(404, "{\"error\":{\"message\":\"model \\\"gemma-4\\\" not found\"}}"),
            Say.status(401, "{\"error\":\"no key\"}"),
            Say.status(400, "{\"object\":\"error\",\"message\":\"image too large\"}"),
            Say.status(302, "").with("Location", "http://elsewhere/"),
            Say.ok("<html>hello</html>"))) {
      assertThat(failed(ask(server, detect())).failure())
          .contains("has no model 'gemma-4'")
          .contains("not found");
      assertThat(failed(ask(server, detect())).failure()).contains("asks for an API key: no key");
      assertThat(failed(ask(server, detect())).failure()).contains("400: image too large");
      assertThat(failed(ask(server, detect())).failure()).contains("status 302");
      assertThat(failed(ask(server, detect())).failure()).contains("no chat completion");
      assertThat(server.sent).hasSize(5);
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void oneFailureIsOneRowsOwn() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.ok(StandIn.completion("I see a person and two cars.")),
            Say.ok(StandIn.body("ollama.json")))) {
      RemoteSettings one =
          new RemoteSettings(
              server.url(), "m", 9, Duration.ofSeconds(9), 0, 1, 64, 90, 0, 0, Scale.AUTO);
      try (RemoteGenerator generator = generator(one)) {
        List<Answer> answers = generator.generate(List.of(detect(), detect(), detect()));

        assertThat(failed(answers.get(0)).reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(failed(answers.get(0)).failure()).contains("'I see a person and two cars.'");
        assertThat(generation(answers.get(1)).detections()).hasSize(2);
        assertThat(generation(answers.get(2)).detections()).hasSize(2);
      }
    }
  }

  @Test
  void callsAtOnceAreBounded() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")));
        RemoteGenerator generator = generator(settings(server))) {
      List<Answer> answers =
          generator.generate(IntStream.range(0, 12).mapToObj(i -> detect()).toList());

      assertThat(answers).hasSize(12).allMatch(Answer.Given.class::isInstance);
      assertThat(server.mostAtOnce.get()).isBetween(1, 2);
    }
  }

  @Test
  void timeoutCoversTheBody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")).after(never));
        RemoteGenerator generator = generator(settings(server.url(), Duration.ofMillis(200), 0))) {
      Answer answer = generator.generate(List.of(detect())).getFirst();
      never.countDown();

      assertThat(failed(answer).reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed(answer).failure()).endsWith("does not answer within 0.2 s");
    }
  }

  @Test
  void interruptCancelsWhatIsUnderWay() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")).after(never));
        EngineModel model = EngineModel.load("Remote", directory, settings(server).options())) {
      FutureTask<List<Answer>> call = new FutureTask<>(() -> model.generate(List.of(detect())));
      Thread thread = new Thread(call);
      thread.start();
      while (server.sent.isEmpty()) {
        Thread.onSpinWait();
      }
      thread.interrupt();

      assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedException.class);
      never.countDown();
    }
  }

  @Test
  void saysThatNothingListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    URI closed = URI.create("http://127.0.0.1:" + port);
    try (RemoteGenerator generator = generator(settings(closed, Duration.ofSeconds(5), 1))) {
      Answer.Failed failed = failed(generator.generate(List.of(detect())).getFirst());

      assertThat(failed.failure())
          .isEqualTo(
              "the model endpoint %s/v1 cannot be reached: nothing listens there"
                  .formatted(closed));
      assertThat(failed.usage().attempts()).isEqualTo(2);
      assertThat(pauses).hasSize(1);
    }
  }

  @Test
  void unreachableHostsAreToldApart() throws IOException, InterruptedException {
    RemoteProbe probe =
        RemoteProbe.probe(
            RemoteSettings.of(URI.create("http://no-such-host.invalid"), "m"), Optional.empty());
    assertThat(probe.sentence()).endsWith("cannot be reached: its host is unknown");
  }
}
