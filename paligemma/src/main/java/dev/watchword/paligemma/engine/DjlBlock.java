package dev.watchword.paligemma.engine;

import ai.djl.ndarray.NDList;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.concurrent.CancellationException;

/** One forward pass: a batch of requests becomes a batch of answers. */
final class DjlBlock extends AbstractSymbolBlock {
  private final Generator generator;

  DjlBlock(Generator generator) {
    this.generator = generator;
  }

  /** The weights are the engine's own. */
  @Override
  public ParameterList getDirectParameters() {
    return new ParameterList();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameters,
      NDList inputs,
      boolean training,
      PairList<String, Object> unused) {
    try {
      return Batch.of(inputs.getManager(), generator.generate(Batch.requests(inputs)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while the model was answering");
    }
  }
}
