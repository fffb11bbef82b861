package dev.watchword.inference;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Mask;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.Score;
import dev.watchword.paligemma.Segment;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.paligemma.Timings;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Generator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Finds one object of the prompt's first class in each picture, replies to prompts without classes,
 * and fails on those it is told.
 */
final class ScriptedModel implements Generator {
  private static final Timings TIMINGS =
      new Timings(
          Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4));

  /** Codes 100 to 115, and a mask that is sure of its first value alone. */
  static final Segment SEGMENT = segment();

  final List<List<Request>> calls = new ArrayList<>();
  Predicate<Request> failsOn = request -> false;
  Runnable duringCall = () -> {};
  Function<Request, Answer> answers = request -> Answer.Given.of(generation(request));

  private static Segment segment() {
    byte[] values = new byte[Mask.SIDE * Mask.SIDE];
    values[0] = (byte) 255;
    return new Segment(IntStream.range(100, 116).boxed().toList(), Optional.of(new Mask(values)));
  }

  @Override
  public ModelId id() {
    return new ModelId("scripted", "0", "test", "float32");
  }

  @Override
  public List<Answer> generate(List<Request> requests) throws InterruptedException {
    calls.add(requests);
    duringCall.run();
    if (Thread.interrupted()) {
      throw new InterruptedException("stopped");
    }
    if (requests.stream().anyMatch(failsOn)) {
      throw new IllegalStateException("out of luck");
    }
    return requests.stream().map(answers).toList();
  }

  static Generation generation(Request request) {
    return switch (request.prompt()) {
      case DetectPrompt detect -> found(detect.classes().getFirst(), Optional.empty());
      case SegmentPrompt segment -> found(segment.classes().getFirst(), Optional.of(SEGMENT));
      case TextPrompt words ->
          new Generation("a reply to " + words.text(), List.of(), List.of(7, 8), TIMINGS);
    };
  }

  private static Generation found(String label, Optional<Segment> segment) {
    Detection detection =
        new Detection(
            label, new Box(0.1f, 0.2f, 0.3f, 0.4f), new Score(0.5f, 0.8f, 0.9f, 0.7f), segment);
    return new Generation(
        "<loc0001> " + label, List.of(detection), List.of(1, 2, 3, 4, 5, 6), TIMINGS);
  }

  @Override
  public void close() {}
}
