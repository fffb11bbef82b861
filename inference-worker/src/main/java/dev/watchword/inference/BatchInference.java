package dev.watchword.inference;

import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.kafka.DeadLetters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns batches of judged records into answers. A request that the model says it cannot answer
 * fails alone. Used by one thread.
 */
final class BatchInference {
  /** Cameras times prompts that one worker sees between two of their frames. */
  private static final int MOST_DRAFTS = 4096;

  /** Full names of the topics that answers go to. */
  record Topics(String detections, String deadLetters, String coverage) {}

  private final Generator model;
  private final Function<SampledFrame, List<Prompt>> prompts;
  private final Topics topics;
  private final InstantSource clock;
  private final BatchMeter metrics;
  private final WireRecords records;
  private final Drafts drafts = new Drafts(MOST_DRAFTS);
  private final ModelLanes lanes;
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
    this.lanes = new ModelLanes(new FrameInference(model, drafts, clock, metrics));
  }

  /**
   * Why the model answered nothing when it was last asked, if it is behind an endpoint that is
   * lost.
   */
  Optional<String> lostModel() {
    return lostModel;
  }

  /** Answers batches at the same time, and puts down what came of them in their order. */
  Answers answer(List<List<Judged>> batches) throws InterruptedException {
    Answers answers = new Answers();
    answer(batches, answers);
    return answers;
  }

  /** As the other, for a transaction of more batches than these. */
  void answer(List<List<Judged>> batches, Answers answers) throws InterruptedException {
    Instant start = clock.instant();
    List<List<Question>> questions = new ArrayList<>();
    for (List<Judged> batch : batches) {
      List<Question> asked = questions(batch, start, answers);
      if (!asked.isEmpty()) {
        questions.add(asked);
      }
    }
    List<Reply> replies = lanes.infer(questions).stream().flatMap(List::stream).toList();
    if (!replies.isEmpty()) {
      model.activity().ifPresent(metrics::activity);
    }
    learnWhetherLost(replies);
    replies.forEach(reply -> write(reply, start, answers));
  }

  /** Accounts for all records of a batch but those that the model is to be asked about. */
  private List<Question> questions(List<Judged> batch, Instant start, Answers answers) {
    List<Question> questions = new ArrayList<>();
    for (Judged judged : batch) {
      answers.consumed(judged);
      switch (judged.record()) {
        case Received.Unreadable unreadable -> unreadable(unreadable, answers);
        case Received.Frame frame when judged.verdict() == Verdict.INFER ->
            questions.add(new Question(frame, promptsFor(frame)));
        case Received.Frame frame -> skip(frame, judged.verdict(), start, answers);
      }
    }
    return questions;
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

  private void write(Reply reply, Instant start, Answers answers) {
    Received.Frame frame = reply.question().frame();
    switch (reply) {
      case Reply.Said said -> said(said, start, answers);
      case Reply.Broken broken -> fail(broken, broken.failure(), start, answers);
      case Reply.NoPicture none -> {
        fail(none, none.failure(), start, answers);
        answers.deadLetter(
            topics.deadLetters(),
            frame.source().key(),
            DeadLetterReason.IMAGE,
            DeadLetters.of(frame.source(), none.failure(), "inference", clock.instant()));
      }
    }
  }

  private void said(Reply.Said said, Instant start, Answers answers) {
    Received.Frame frame = said.question().frame();
    Duration queued = queued(frame, start);
    for (int i = 0; i < said.answers().size(); i++) {
      Prompt prompt = said.question().prompts().get(i);
      switch (said.answers().get(i)) {
        case Answer.Given given -> {
          drafts.learn(frame.camera(), prompt.asked(), given.generation());
          answers.publish(
              topics.detections(),
              frame,
              RequestOutcome.INFERRED,
              records.inferred(frame, prompt, given, queued, said.batchSize(), said.at()));
        }
        case Answer.Failed failed -> fail(frame, prompt, failed.failure(), start, answers);
      }
    }
  }

  private void learnWhetherLost(List<Reply> replies) {
    List<Answer> said = replies.stream().flatMap(reply -> reply.answers().stream()).toList();
    if (!said.isEmpty()) {
      lostModel = lost(said);
    }
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

  private void fail(Reply reply, String failure, Instant start, Answers answers) {
    for (Prompt prompt : reply.question().prompts()) {
      fail(reply.question().frame(), prompt, failure, start, answers);
    }
  }

  private void fail(
      Received.Frame frame, Prompt prompt, String failure, Instant start, Answers answers) {
    answers.publish(
        topics.detections(),
        frame,
        RequestOutcome.FAILED,
        records.failed(frame, prompt, failure, queued(frame, start), clock.instant()));
  }

  private List<Prompt> promptsFor(Received.Frame frame) {
    return prompts.apply(frame.frame());
  }

  /** From the record's publication; clocks of two machines may disagree, so never negative. */
  private static Duration queued(Received.Frame frame, Instant start) {
    Duration queued = Duration.between(Instant.ofEpochMilli(frame.source().timestamp()), start);
    return queued.isNegative() ? Duration.ZERO : queued;
  }
}
