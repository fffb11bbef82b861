package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.GemmaJsonParser;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Timings;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.paligemma.engine.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A model behind an endpoint: a batch is as many calls, some of them at once. */
final class RemoteGenerator implements Generator {
  /** A server tells neither which weights it has nor how it computes. */
  private static final String UNKNOWN = "unknown";

  private static final int QUOTED = 120;
  private static final double MILLION = 1e6;

  private final RemoteSettings settings;
  private final Endpoint endpoint;
  private final GemmaJsonParser parser;
  private final ExecutorService calls;

  RemoteGenerator(RemoteSettings settings, Endpoint endpoint) {
    this.settings = settings;
    this.endpoint = endpoint;
    this.parser = new GemmaJsonParser(settings.boxScale());
    this.calls =
        Executors.newFixedThreadPool(
            settings.parallel(), Thread.ofPlatform().daemon().name("remote-", 0).factory());
  }

  private record Ended(Endpoint.Outcome outcome, Duration time) {}

  @Override
  public ModelId id() {
    return new ModelId(settings.model(), UNKNOWN, RemoteEngine.NAME, UNKNOWN);
  }

  @Override
  public boolean secret(String name, String value) {
    if (!name.equals(RemoteEngine.API_KEY)) {
      return false;
    }
    endpoint.authorize(new ApiKey(value));
    return true;
  }

  @Override
  public List<Answer> generate(List<Request> requests) throws InterruptedException {
    long start = System.nanoTime();
    Map<RgbImage, byte[]> pictures = new IdentityHashMap<>();
    for (Request request : requests) {
      pictures.computeIfAbsent(
          request.image(), image -> Jpeg.encode(image, settings.longSide(), settings.jpegQuality()));
    }
    long encoded = System.nanoTime();
    List<Callable<Optional<Ended>>> rows = new ArrayList<>();
    for (Request request : requests) {
      rows.add(() -> ask(request, pictures.get(request.image())));
    }
    List<Future<Optional<Ended>>> ended = calls.invokeAll(rows);
    Timings timings =
        new Timings(
            Duration.ofNanos(encoded - start),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofNanos(System.nanoTime() - encoded));
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      answers.add(answer(requests.get(i), result(ended.get(i)), timings));
    }
    return answers;
  }

  /** Empty when such a model cannot be asked this. */
  private Optional<Ended> ask(Request request, byte[] jpeg) throws InterruptedException {
    Optional<String> question = Question.of(request.prompt(), settings.boxScale());
    if (question.isEmpty()) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    Endpoint.Outcome outcome = endpoint.chat(Chat.request(settings, question.get(), jpeg));
    return Optional.of(new Ended(outcome, Duration.ofNanos(System.nanoTime() - start)));
  }

  private static Optional<Ended> result(Future<Optional<Ended>> row) throws InterruptedException {
    try {
      return row.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call of the endpoint failed: " + e.getCause(), e);
    }
  }

  private Answer answer(Request request, Optional<Ended> ended, Timings timings) {
    if (ended.isEmpty()) {
      return new Answer.Failed(
          Reason.UNSUPPORTED,
          "the engine %s cannot answer '%.60s': it has no masks; ask with 'detect'"
              .formatted(RemoteEngine.NAME, request.prompt().text()),
          Usage.none());
    }
    return switch (ended.get().outcome().last()) {
      case Attempt.Answered answered -> read(request, answered, ended.get(), timings);
      case Attempt.Never never ->
          new Answer.Failed(never.reason(), never.sentence(), usage(ended.get(), 0, 0));
      case Attempt.Again again -> throw new AssertionError("an attempt to come: " + again);
    };
  }

  private Answer read(Request request, Attempt.Answered answered, Ended ended, Timings timings) {
    Optional<Chat.Reply> chat = Chat.reply(answered.body());
    if (chat.isEmpty()) {
      return new Answer.Failed(
          Reason.REFUSED,
          "the model endpoint %s answers with something that is no chat completion: is it an OpenAI-compatible server?"
              .formatted(settings.url()),
          usage(ended, 0, 0));
    }
    Chat.Reply reply = chat.get();
    Usage usage = usage(ended, reply.promptTokens(), reply.completionTokens());
    if (reply.text().isBlank() && reply.cutOff()) {
      return new Answer.Failed(
          Reason.UNREADABLE,
          "the model used up its %d tokens before it answered: raise max-new-tokens"
              .formatted(settings.maxNewTokens()),
          usage);
    }
    return detections(request, reply.text())
        .<Answer>map(
            detections ->
                new Answer.Given(
                    new Generation(reply.text(), detections, List.of(), timings), usage))
        .orElseGet(
            () ->
                new Answer.Failed(
                    Reason.UNREADABLE,
                    "the model's answer is no list of boxes: '%s'".formatted(quoted(reply.text())),
                    usage));
  }

  private Optional<List<Detection>> detections(Request request, String text) {
    return request.prompt() instanceof DetectPrompt detect
        ? parser.parse(detect.classes(), text)
        : Optional.of(List.of());
  }

  private static String quoted(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() > QUOTED ? line.substring(0, QUOTED) + "..." : line;
  }

  private Usage usage(Ended ended, long promptTokens, long completionTokens) {
    double dollars =
        promptTokens * settings.dollarsPerMillionPromptTokens() / MILLION
            + completionTokens * settings.dollarsPerMillionCompletionTokens() / MILLION;
    return new Usage(
        ended.outcome().attempts(), promptTokens, completionTokens, dollars, ended.time());
  }

  @Override
  public void close() {
    calls.shutdownNow();
    endpoint.close();
  }
}
