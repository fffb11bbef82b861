package dev.watchword.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/**
 * Has several batches answered at the same time: the first on the caller's thread, each of the
 * others on a thread that ends with it. One batch alone starts no thread. When it returns or
 * throws, none is under way.
 */
final class ModelLanes {
  private static final ThreadFactory THREADS =
      Thread.ofPlatform().daemon().name("inference-lane").factory();

  private final FrameInference inference;

  ModelLanes(FrameInference inference) {
    this.inference = inference;
  }

  /**
   * The replies to each batch, in their order.
   *
   * @throws InterruptedException when the caller is interrupted; all batches then are
   * @throws RuntimeException of the first batch that failed
   */
  List<List<Reply>> infer(List<List<Question>> batches) throws InterruptedException {
    List<List<Reply>> replies = new ArrayList<>();
    if (batches.isEmpty()) {
      return replies;
    }
    // Closing waits for what is under way, whatever happens meanwhile.
    try (ExecutorService others = Executors.newThreadPerTaskExecutor(THREADS)) {
      List<Future<List<Reply>>> rest =
          batches.stream()
              .skip(1)
              .map(batch -> others.submit(() -> inference.infer(batch)))
              .toList();
      try {
        replies.add(inference.infer(batches.getFirst()));
        for (Future<List<Reply>> one : rest) {
          replies.add(result(one));
        }
      } finally {
        // Of those that are not done no answer is wanted any more.
        others.shutdownNow();
      }
    }
    return replies;
  }

  private static List<Reply> result(Future<List<Reply>> batch) throws InterruptedException {
    try {
      return batch.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        default -> throw new IllegalStateException(e.getCause());
      }
    }
  }
}
