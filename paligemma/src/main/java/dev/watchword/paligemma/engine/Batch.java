package dev.watchword.paligemma.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDArray;
import dev.watchword.paligemma.Request;
import java.util.List;

/** A list of requests or answers in DJL's clothes: one array that holds an object. */
final class Batch {
  private Batch() {}

  static NDList of(NDManager manager, List<?> items) {
    return new NDList(new PassthroughNDArray(manager, List.copyOf(items)));
  }

  static List<Request> requests(NDList list) {
    return items(list).stream().map(Request.class::cast).toList();
  }

  static List<Answer> answers(NDList list) {
    return items(list).stream().map(Answer.class::cast).toList();
  }

  private static List<?> items(NDList list) {
    if (list.singletonOrThrow() instanceof PassthroughNDArray array
        && array.getObject() instanceof List<?> items) {
      return items;
    }
    throw new IllegalArgumentException(
        "this engine takes requests, not arrays: use GenerationTranslator");
  }
}
