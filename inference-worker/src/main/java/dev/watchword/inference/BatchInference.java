package dev.watchword.inference;

import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.kafka.DeadLetters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a batch of judged records into answers. A picture is decoded once, whatever the number of
 * its prompts. When the model fails on a batch, each frame gets a try of its own, so that only the
 * one at fault is lost. Used by one thread.
 */
final class BatchInference {
  private static final Logger log = LoggerFactory.getLogger(BatchInference.class);

  /** Full names of the topics that answers go to. */
  record Topics(String detections, String deadLetters) {}

  private record Work(Received.Frame source, RgbImage image, List<Prompt> prompts) {}

  private final Detector detector;
  private final List<Prompt> prompts;
  private final Topics topics;
  private final InstantSource clock;
  private final InferenceMetrics metrics;
  private final WireRecords records;
  private boolean failing;

  BatchInference(
      Detector detector,
      List<Prompt> prompts,
      Topics topics,
      InstantSource clock,
      InferenceMetrics metrics) {
    this.detector = detector;
    this.prompts = prompts;
    this.topics = topics;
    this.clock = clock;
    this.metrics = metrics;
    this.records = new WireRecords(detector.id());
  }

  Answers answer(List<Judged> batch) {
    Instant start = clock.instant();
    Answers answers = new Answers();
    List<Work> work = new ArrayList<>();
    for (Judged judged : batch) {
      answers.consumed(judged.record());
      switch (judged.record()) {
        case Received.Unreadable unreadable -> unreadable(unreadable, answers);
        case Received.Frame frame when judged.verdict() == Verdict.INFER ->
            decode(frame, start, answers, work);
        case Received.Frame frame -> skip(frame, judged.verdict(), start, answers);
      }
    }
    infer(work, start, answers);
    return answers;
  }

  private void unreadable(Received.Unreadable record, Answers answers) {
    answers.deadLetter(
        topics.deadLetters(),
        record.source().key(),
        DeadLetterReason.UNREADABLE,
        DeadLetters.of(record.source(), record.reason(), "inference", clock.instant()));
  }

  private void skip(Received.Frame frame, Verdict verdict, Instant start, Answers answers) {
    if (verdict == Verdict.NO_PROMPT) {
      answers.skip(frame.camera(), "", RequestOutcome.NO_PROMPT);
      return;
    }
    List<Prompt> asked = promptsFor(frame);
    if (asked.isEmpty()) {
      answers.skip(frame.camera(), "", RequestOutcome.DUPLICATE);
    }
    for (Prompt prompt : asked) {
      if (verdict == Verdict.STALE) {
        answers.publish(
            topics.detections(),
            RequestOutcome.SKIPPED_STALE,
            records.stale(frame.frame(), prompt, queued(frame, start), clock.instant()));
      } else {
        answers.skip(frame.camera(), prompt.id(), RequestOutcome.DUPLICATE);
      }
    }
  }

  private void decode(Received.Frame frame, Instant start, Answers answers, List<Work> work) {
    try (InferenceMetrics.Stage stage = metrics.stage("image")) {
      work.add(new Work(frame, RgbImage.decode(bytes(frame.frame())), promptsFor(frame)));
    } catch (IOException e) {
      String failure = "the frame's picture cannot be decoded: " + e.getMessage();
      for (Prompt prompt : promptsFor(frame)) {
        fail(frame, prompt, failure, start, answers);
      }
      answers.deadLetter(
          topics.deadLetters(),
          frame.source().key(),
          DeadLetterReason.IMAGE,
          DeadLetters.of(frame.source(), failure, "inference", clock.instant()));
    }
  }

  private void infer(List<Work> work, Instant start, Answers answers) {
    if (work.isEmpty()) {
      return;
    }
    try {
      detect(work, start, answers);
      failing = false;
    } catch (RuntimeException e) {
      logOnce(e);
      for (Work one : work) {
        inferAlone(one, start, answers);
      }
    }
  }

  private void inferAlone(Work one, Instant start, Answers answers) {
    try {
      detect(List.of(one), start, answers);
    } catch (RuntimeException e) {
      for (Prompt prompt : one.prompts()) {
        fail(one.source(), prompt, "the model failed on this frame: " + e, start, answers);
      }
    }
  }

  /** Adds to the answers only after the whole call has succeeded. */
  private void detect(List<Work> work, Instant start, Answers answers) {
    List<Request> requests = new ArrayList<>();
    for (Work one : work) {
      one.prompts().forEach(prompt -> requests.add(new Request(one.image(), prompt.asked())));
    }
    List<Generation> generations = detector.generate(requests);
    if (generations.size() != requests.size()) {
      throw new IllegalStateException(
          "the model answered %d of %d requests".formatted(generations.size(), requests.size()));
    }
    metrics.batch(work.size(), generations.get(0).timings());
    Instant now = clock.instant();
    int next = 0;
    for (Work one : work) {
      for (Prompt prompt : one.prompts()) {
        answers.publish(
            topics.detections(),
            RequestOutcome.INFERRED,
            records.inferred(
                one.source().frame(),
                prompt,
                generations.get(next++),
                queued(one.source(), start),
                work.size(),
                now));
      }
    }
  }

  private void fail(
      Received.Frame frame, Prompt prompt, String failure, Instant start, Answers answers) {
    answers.publish(
        topics.detections(),
        RequestOutcome.FAILED,
        records.failed(frame.frame(), prompt, failure, queued(frame, start), clock.instant()));
  }

  /** A model that fails on every batch is said once, with the trace that a bug needs. */
  private void logOnce(RuntimeException e) {
    if (!failing) {
      failing = true;
      log.atWarn().setCause(e).log("the model failed on a batch, trying its frames one by one");
    }
  }

  private List<Prompt> promptsFor(Received.Frame frame) {
    return prompts.stream().filter(prompt -> prompt.isFor(frame.camera())).toList();
  }

  /** From the record's publication; clocks of two machines may disagree, so never negative. */
  private static Duration queued(Received.Frame frame, Instant start) {
    Duration queued = Duration.between(Instant.ofEpochMilli(frame.source().timestamp()), start);
    return queued.isNegative() ? Duration.ZERO : queued;
  }

  private static byte[] bytes(SampledFrame frame) {
    ByteBuffer image = frame.getImage();
    byte[] bytes = new byte[image.remaining()];
    image.duplicate().get(bytes);
    return bytes;
  }
}
