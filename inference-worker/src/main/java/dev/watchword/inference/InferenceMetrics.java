package dev.watchword.inference;

import dev.watchword.paligemma.Effort;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Timings;
import dev.watchword.paligemma.engine.Activity;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Usage;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the worker counts. Records are counted when their transaction has committed, so work that is
 * done again after an abort counts once. Two equations hold at any time between two steps:
 *
 * <pre>
 * records answered = frames_consumed (all cameras) + dead_letters{reason="unreadable"}
 * frames_consumed{camera} = sum over outcome of requests{camera, prompt, outcome}
 * </pre>
 *
 * <p>The second holds for each camera and each of its prompts; for a camera without any, for the
 * prompt {@code ""}. Outcomes: inferred, skipped_stale, failed, duplicate, no_prompt.
 */
final class InferenceMetrics implements BatchMeter {
  private final Counter framesConsumed;
  private final Counter framesExpired;
  private final Counter framesLate;
  private final Counter requests;
  private final Counter deadLetters;
  private final Counter tokens;
  private final Counter detections;
  private final Counter transactions;
  private final Histogram batchFrames;
  private final Histogram stageSeconds;
  private final Histogram queueSeconds;
  private final Histogram latencySeconds;
  private final Counter passes;
  private final Counter draftTokens;
  private final Counter checkedTokens;
  private final Counter remoteRequests;
  private final Counter remoteAttempts;
  private final Counter remoteTokens;
  private final Counter remoteCost;
  private final Histogram remoteSeconds;
  private final Counter busySeconds;
  private final Gauge rounds;
  private final Gauge slots;
  private final Gauge deviceBytes;

  InferenceMetrics(CollectorRegistry registry) {
    framesConsumed =
        Counter.build("watchword_inference_frames_consumed_total", "Frames answered.")
            .labelNames("camera")
            .register(registry);
    framesExpired =
        Counter.build(
                "watchword_inference_frames_expired_total",
                "Frames that left the topic before it was read.")
            .labelNames("camera")
            .register(registry);
    framesLate =
        Counter.build(
                "watchword_inference_frames_late_total",
                "Frames answered that ingest had kept while the broker was away.")
            .labelNames("camera")
            .register(registry);
    requests =
        Counter.build("watchword_inference_requests_total", "Frames and prompts, by outcome.")
            .labelNames("camera", "prompt", "outcome")
            .register(registry);
    deadLetters =
        Counter.build("watchword_inference_dead_letters_total", "Records set aside, by reason.")
            .labelNames("reason")
            .register(registry);
    tokens =
        Counter.build("watchword_inference_tokens_total", "Tokens that the model generated.")
            .register(registry);
    detections =
        Counter.build("watchword_inference_detections_total", "Boxes, by label.")
            .labelNames("label")
            .register(registry);
    transactions =
        Counter.build("watchword_inference_transactions_total", "Transactions, by outcome.")
            .labelNames("outcome")
            .register(registry);
    batchFrames =
        Histogram.build("watchword_inference_batch_frames", "Frames in one call of the model.")
            .buckets(1, 2, 4, 8, 16, 32, 64, 128)
            .register(registry);
    stageSeconds =
        Histogram.build("watchword_inference_stage_seconds", "Time by stage.")
            .labelNames("stage")
            .buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);
    queueSeconds =
        Histogram.build(
                "watchword_inference_queue_seconds",
                "From a frame's publication to the start of its batch.")
            .buckets(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);
    latencySeconds =
        Histogram.build(
                "watchword_inference_capture_to_detection_seconds",
                "From a frame's capture to its answer.")
            .labelNames("camera")
            .buckets(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30)
            .register(registry);
    passes =
        Counter.build(
                "watchword_inference_passes_total",
                "Forward passes that answers took part in, prefill included.")
            .register(registry);
    draftTokens =
        Counter.build(
                "watchword_inference_draft_tokens_total",
                "Tokens of the previous frame's answer that were tried, by outcome.")
            .labelNames("outcome")
            .register(registry);
    checkedTokens =
        Counter.build(
                "watchword_inference_checked_tokens_total",
                "Tokens compared with free decoding over the whole vocabulary, by outcome.")
            .labelNames("outcome")
            .register(registry);
    remoteRequests =
        Counter.build(
                "watchword_inference_remote_requests_total",
                "Requests to a model behind an endpoint, by outcome.")
            .labelNames("outcome")
            .register(registry);
    remoteAttempts =
        Counter.build(
                "watchword_inference_remote_attempts_total", "Calls of the endpoint, with retries.")
            .register(registry);
    remoteTokens =
        Counter.build(
                "watchword_inference_remote_tokens_total", "Tokens as the endpoint counts them.")
            .labelNames("kind")
            .register(registry);
    remoteCost =
        Counter.build(
                "watchword_inference_remote_cost_dollars_total",
                "Price of the tokens, as configured.")
            .register(registry);
    remoteSeconds =
        Histogram.build(
                "watchword_inference_remote_request_seconds",
                "From a request's first call to its answer, with retries.")
            .buckets(0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120)
            .register(registry);
    busySeconds =
        Counter.build(
                "watchword_inference_busy_seconds_total",
                "Answers' shares of the time that the model's device was at work.")
            .labelNames("camera", "prompt")
            .register(registry);
    rounds =
        Gauge.build(
                "watchword_inference_rounds",
                "Forward passes that the engine ran, each for one or more answers; passes / (rounds * slots) is how full they were.")
            .register(registry);
    slots =
        Gauge.build("watchword_inference_slots", "Answers that can be under way together.")
            .register(registry);
    deviceBytes =
        Gauge.build("watchword_inference_device_bytes", "Memory of the GPU that the model takes.")
            .register(registry);
  }

  @Override
  public void batch(int frames, List<Answer> said) {
    batchFrames.observe(frames);
    said.forEach(this::remote);
    for (Answer answer : said) {
      if (answer instanceof Answer.Given given) {
        effort(given.generation());
      }
    }
    said.stream()
        .flatMap(answer -> answer instanceof Answer.Given given ? Stream.of(given) : Stream.of())
        .findFirst()
        .ifPresent(given -> timings(given.generation().timings()));
  }

  @Override
  public void activity(Activity activity) {
    rounds.set(activity.passes());
    slots.set(activity.slots());
    deviceBytes.set(activity.deviceBytes());
  }

  private void effort(Generation generation) {
    Effort effort = generation.effort();
    passes.inc(effort.passes());
    draftTokens.labels("accepted").inc(effort.accepted());
    draftTokens.labels("rejected").inc(effort.drafted() - effort.accepted());
    effort
        .free()
        .ifPresent(
            same -> {
              checkedTokens.labels("same").inc(same);
              checkedTokens.labels("different").inc(generation.tokens() - same);
            });
  }

  private void remote(Answer answer) {
    Usage usage = answer.usage();
    if (usage.attempts() == 0) {
      return;
    }
    String outcome =
        answer instanceof Answer.Failed failed
            ? failed.reason().name().toLowerCase(Locale.ROOT)
            : "answered";
    remoteRequests.labels(outcome).inc();
    remoteAttempts.inc(usage.attempts());
    remoteTokens.labels("prompt").inc(usage.promptTokens());
    remoteTokens.labels("completion").inc(usage.completionTokens());
    remoteCost.inc(usage.dollars());
    remoteSeconds.observe(seconds(usage.time()));
  }

  private void timings(Timings timings) {
    observe("preprocess", timings.preprocess());
    observe("vision", timings.vision());
    observe("prefill", timings.prefill());
    observe("decode", timings.decode());
  }

  @Override
  public Stage stage(String name) {
    long start = System.nanoTime();
    return () -> stageSeconds.labels(name).observe((System.nanoTime() - start) / 1e9);
  }

  void committed(Answers answers) {
    transactions.labels("committed").inc();
    answers.tallies().forEach((minute, tally) -> count(minute.camera(), tally));
    answers.inferred().forEach(this::inferred);
    answers.deadLetters().forEach(reason -> deadLetters.labels(reason.label()).inc());
  }

  private void count(String camera, Tally tally) {
    framesConsumed.labels(camera).inc(tally.consumed());
    framesLate.labels(camera).inc(tally.late());
    framesExpired.labels(camera).inc(tally.expired());
    tally
        .answers()
        .forEach(
            (prompt, outcomes) ->
                outcomes.forEach(
                    (outcome, frames) ->
                        requests.labels(camera, prompt, outcome.label()).inc(frames)));
  }

  void aborted() {
    transactions.labels("aborted").inc();
  }

  private void inferred(FrameDetections frame) {
    busySeconds
        .labels(frame.getId().getCamera(), frame.getPromptId())
        .inc(frame.getBusyMicros() / 1e6);
    tokens.inc(frame.getTokens());
    for (Detection detection : frame.getDetections()) {
      detections.labels(detection.getLabel()).inc();
    }
    queueSeconds.observe(frame.getTimings().getQueueMicros() / 1e6);
    latencySeconds
        .labels(frame.getId().getCamera())
        .observe(seconds(Duration.between(frame.getCapturedAt(), frame.getCompletedAt())));
  }

  private void observe(String stage, Duration duration) {
    stageSeconds.labels(stage).observe(seconds(duration));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
