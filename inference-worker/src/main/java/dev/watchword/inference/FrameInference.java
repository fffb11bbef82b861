package dev.watchword.inference;

import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the model about a batch of frames. A picture is decoded once, whatever the number of its
 * prompts. When the model breaks on a batch, each frame gets a try of its own, so that only the one
 * at fault is lost. May be used by several threads, each with a batch of its own.
 */
final class FrameInference {
  private static final Logger log = LoggerFactory.getLogger(FrameInference.class);

  private record Work(Question question, RgbImage image) {}

  private final Generator model;
  private final Drafts drafts;
  private final InstantSource clock;
  private final BatchMeter metrics;
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param drafts only read
   */
  FrameInference(Generator model, Drafts drafts, InstantSource clock, BatchMeter metrics) {
    this.model = model;
    this.drafts = drafts;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * A reply to each question: first to those whose picture cannot be decoded, then to the others in
   * their order.
   */
  List<Reply> infer(List<Question> batch) throws InterruptedException {
    List<Reply> replies = new ArrayList<>();
    List<Work> work = new ArrayList<>();
    for (Question question : batch) {
      try (BatchMeter.Stage stage = metrics.stage("image")) {
        work.add(new Work(question, RgbImage.decode(bytes(question.frame().frame()))));
      } catch (IOException e) {
        replies.add(
            new Reply.NoPicture(
                question, "the frame's picture cannot be decoded: " + e.getMessage()));
      }
    }
    if (!work.isEmpty()) {
      replies.addAll(together(work));
    }
    return replies;
  }

  private List<Reply> together(List<Work> work) throws InterruptedException {
    try {
      List<Reply> replies = ask(work);
      failing.set(false);
      return replies;
    } catch (LostDeviceException e) {
      // Not the frames' fault: they stay in the topic for the process that follows.
      throw e;
    } catch (RuntimeException e) {
      logOnce(e);
    }
    List<Reply> replies = new ArrayList<>();
    for (Work one : work) {
      replies.add(alone(one));
    }
    return replies;
  }

  private Reply alone(Work one) throws InterruptedException {
    try {
      return ask(List.of(one)).getFirst();
    } catch (LostDeviceException e) {
      throw e;
    } catch (RuntimeException e) {
      return new Reply.Broken(one.question(), "the model failed on this frame: " + e);
    }
  }

  private List<Reply> ask(List<Work> work) throws InterruptedException {
    List<Request> requests = new ArrayList<>();
    for (Work one : work) {
      String camera = one.question().frame().camera();
      for (Prompt prompt : one.question().prompts()) {
        requests.add(
            new Request(one.image(), prompt.asked(), drafts.draft(camera, prompt.asked())));
      }
    }
    List<Answer> said = model.generate(requests);
    if (said.size() != requests.size()) {
      throw new IllegalStateException(
          "the model answered %d of %d requests".formatted(said.size(), requests.size()));
    }
    metrics.batch(work.size(), said);
    Instant now = clock.instant();
    List<Reply> replies = new ArrayList<>();
    int next = 0;
    for (Work one : work) {
      int end = next + one.question().prompts().size();
      replies.add(new Reply.Said(one.question(), said.subList(next, end), work.size(), now));
      next = end;
    }
    return replies;
  }

  /** A model that fails on every batch is said once, with the trace that a bug needs. */
  private void logOnce(RuntimeException e) {
    if (failing.compareAndSet(false, true)) {
      log.atWarn().setCause(e).log("the model failed on a batch, trying its frames one by one");
    }
  }

  private static byte[] bytes(SampledFrame frame) {
    ByteBuffer image = frame.getImage();
    byte[] bytes = new byte[image.remaining()];
    image.duplicate().get(bytes);
    return bytes;
  }
}
