package dev.watchword.inference;

import dev.watchword.paligemma.engine.Activity;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.schemas.FrameDetections;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.util.List;

/**
 * What the worker counts of replays, apart from live frames. Records are counted when their
 * transaction has committed.
 */
final class ReplayMetrics implements BatchMeter {
  private final Counter frames;
  private final Counter requests;
  private final Counter transactions;
  private final Counter busySeconds;
  private final Counter deadLetters;
  private final Histogram batchFrames;
  private final Histogram stageSeconds;

  ReplayMetrics(CollectorRegistry registry) {
    frames =
        Counter.build("watchword_inference_replay_frames_total", "Frames of replays answered.")
            .register(registry);
    requests =
        Counter.build(
                "watchword_inference_replay_requests_total",
                "Frames of replays and prompts, by outcome.")
            .labelNames("outcome")
            .register(registry);
    transactions =
        Counter.build(
                "watchword_inference_replay_transactions_total",
                "Transactions of replays, by outcome.")
            .labelNames("outcome")
            .register(registry);
    busySeconds =
        Counter.build(
                "watchword_inference_replay_busy_seconds_total",
                "Replays' shares of the time that the model's device was at work.")
            .register(registry);
    deadLetters =
        Counter.build(
                "watchword_inference_replay_dead_letters_total",
                "Records of replays set aside, by reason.")
            .labelNames("reason")
            .register(registry);
    batchFrames =
        Histogram.build(
                "watchword_inference_replay_batch_frames",
                "Frames of replays in one call of the model.")
            .buckets(1, 2, 4, 8, 16, 32, 64, 128)
            .register(registry);
    stageSeconds =
        Histogram.build(
                "watchword_inference_replay_stage_seconds",
                "Time by stage; wait is that for live frames.")
            .labelNames("stage")
            .buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);
  }

  @Override
  public Stage stage(String name) {
    long start = System.nanoTime();
    return () -> stageSeconds.labels(name).observe((System.nanoTime() - start) / 1e9);
  }

  @Override
  public void batch(int size, List<Answer> said) {
    batchFrames.observe(size);
  }

  @Override
  public void activity(Activity activity) {
    // The engine counts for all who use it, and the loop of live frames tells of that.
  }

  void committed(Answers answers) {
    transactions.labels("committed").inc();
    for (Tally tally : answers.tallies().values()) {
      frames.inc(tally.consumed());
      tally
          .answers()
          .values()
          .forEach(
              outcomes ->
                  outcomes.forEach((outcome, n) -> requests.labels(outcome.label()).inc(n)));
    }
    for (FrameDetections answer : answers.inferred()) {
      busySeconds.inc(answer.getBusyMicros() / 1e6);
    }
    answers.deadLetters().forEach(reason -> deadLetters.labels(reason.label()).inc());
  }

  void aborted() {
    transactions.labels("aborted").inc();
  }
}
