package dev.watchword.inference;

import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.kafka.DeadLetters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a batch of judged records into answers. A picture is decoded once, whatever the number of
 * its prompts. A request that the model says it cannot answer fails alone. When the model breaks on
 * a batch, each frame gets a try of its own, so that only the one at fault is lost. Used by one
 * thread.
 */
final class BatchInference {
  private static final Logger log = LoggerFactory.getLogger(BatchInference.class);

  /** Cameras times prompts that one worker sees between two of their frames. */
  private static final int MOST_DRAFTS = 4096;

  /** Full names of the topics that answers go to. */
  record Topics(String detections, String deadLetters, String coverage) {}

  private record Work(Received.Frame source, RgbImage image, List<Prompt> prompts) {}

  private final Generator model;
  private final Function<SampledFrame, List<Prompt>> prompts;
  private final Topics topics;
  private final InstantSource clock;
  private final BatchMeter metrics;
  private final WireRecords records;
  private final Drafts drafts = new Drafts(MOST_DRAFTS);
  private boolean failing;
  private Optional<String> lostModel = Optional.empty();

  /**
   * @param prompts what a frame is asked
   */
  BatchInference(
      Generator model,
      Function<SampledFrame, List<Prompt>> prompts,
      Topics topics,
      InstantSource clock,
      BatchMeter metrics) {
    this.model = model;
    this.prompts = prompts;
    this.topics = topics;
    this.clock = clock;
    this.metrics = metrics;
    this.records = new WireRecords(model.id());
  }

  /**
   * Why the model answered nothing in the last batch, when it is behind an endpoint that is lost.
   */
  Optional<String> lostModel() {
    return lostModel;
  }

  Answers answer(List<Judged> batch) throws InterruptedException {
    Answers answers = new Answers();
    answer(batch, answers);
    return answers;
  }

  /** As the other, for a transaction of several batches. */
  void answer(List<Judged> batch, Answers answers) throws InterruptedException {
    Instant start = clock.instant();
    List<Work> work = new ArrayList<>();
    for (Judged judged : batch) {
      answers.consumed(judged);
      switch (judged.record()) {
        case Received.Unreadable unreadable -> unreadable(unreadable, answers);
        case Received.Frame frame when judged.verdict() == Verdict.INFER ->
            decode(frame, start, answers, work);
        case Received.Frame frame -> skip(frame, judged.verdict(), start, answers);
      }
    }
    infer(work, start, answers);
  }

  /** What was answered so far has no bearing on what follows. */
  void forgetDrafts() {
    drafts.clear();
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
      answers.skip(frame, "", RequestOutcome.NO_PROMPT);
      return;
    }
    List<Prompt> asked = promptsFor(frame);
    if (asked.isEmpty()) {
      answers.skip(frame, "", RequestOutcome.DUPLICATE);
    }
    for (Prompt prompt : asked) {
      if (verdict == Verdict.STALE) {
        answers.publish(
            topics.detections(),
            frame,
            RequestOutcome.SKIPPED_STALE,
            records.stale(frame, prompt, queued(frame, start), clock.instant()));
      } else {
        answers.skip(frame, prompt.id(), RequestOutcome.DUPLICATE);
      }
    }
  }

  private void decode(Received.Frame frame, Instant start, Answers answers, List<Work> work) {
    try (BatchMeter.Stage stage = metrics.stage("image")) {
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

  private void infer(List<Work> work, Instant start, Answers answers) throws InterruptedException {
    if (work.isEmpty()) {
      return;
    }
    try {
      ask(work, start, answers);
      failing = false;
    } catch (LostDeviceException e) {
      // Not the frames' fault: they stay in the topic for the process that follows.
      throw e;
    } catch (RuntimeException e) {
      logOnce(e);
      for (Work one : work) {
        inferAlone(one, start, answers);
      }
    }
  }

  private void inferAlone(Work one, Instant start, Answers answers) throws InterruptedException {
    try {
      ask(List.of(one), start, answers);
    } catch (LostDeviceException e) {
      throw e;
    } catch (RuntimeException e) {
      for (Prompt prompt : one.prompts()) {
        fail(one.source(), prompt, "the model failed on this frame: " + e, start, answers);
      }
    }
  }

  /** Adds to the answers only after the whole call has succeeded. */
  private void ask(List<Work> work, Instant start, Answers answers) throws InterruptedException {
    List<Request> requests = new ArrayList<>();
    for (Work one : work) {
      for (Prompt prompt : one.prompts()) {
        requests.add(new Request(one.image(), prompt.asked(), draft(one, prompt)));
      }
    }
    List<Answer> said = model.generate(requests);
    if (said.size() != requests.size()) {
      throw new IllegalStateException(
          "the model answered %d of %d requests".formatted(said.size(), requests.size()));
    }
    metrics.batch(work.size(), said);
    model.activity().ifPresent(metrics::activity);
    lostModel = lost(said);
    Instant now = clock.instant();
    int next = 0;
    for (Work one : work) {
      for (Prompt prompt : one.prompts()) {
        switch (said.get(next++)) {
          case Answer.Given given -> {
            drafts.learn(one.source().camera(), prompt.asked(), given.generation());
            answers.publish(
                topics.detections(),
                one.source(),
                RequestOutcome.INFERRED,
                records.inferred(
                    one.source(), prompt, given, queued(one.source(), start), work.size(), now));
          }
          case Answer.Failed failed -> fail(one.source(), prompt, failed.failure(), start, answers);
        }
      }
    }
  }

  private List<Integer> draft(Work one, Prompt prompt) {
    return drafts.draft(one.source().camera(), prompt.asked());
  }

  /**
   * Nothing but the endpoint's silence or refusal means that it is lost; one answer disproves it.
   */
  private static Optional<String> lost(List<Answer> said) {
    Optional<String> why = Optional.empty();
    for (Answer answer : said) {
      switch (answer) {
        case Answer.Failed failed
            when failed.reason() == Reason.UNREACHABLE || failed.reason() == Reason.REFUSED ->
            why = Optional.of(failed.failure());
        case Answer.Failed failed when failed.reason() == Reason.UNSUPPORTED -> {}
        case Answer other -> {
          return Optional.empty();
        }
      }
    }
    return why;
  }

  private void fail(
      Received.Frame frame, Prompt prompt, String failure, Instant start, Answers answers) {
    answers.publish(
        topics.detections(),
        frame,
        RequestOutcome.FAILED,
        records.failed(frame, prompt, failure, queued(frame, start), clock.instant()));
  }

  /** A model that fails on every batch is said once, with the trace that a bug needs. */
  private void logOnce(RuntimeException e) {
    if (!failing) {
      failing = true;
      log.atWarn().setCause(e).log("the model failed on a batch, trying its frames one by one");
    }
  }

  private List<Prompt> promptsFor(Received.Frame frame) {
    return prompts.apply(frame.frame());
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
