package dev.watchword.inference;

import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import java.util.List;

/** The model as the loop needs it. Used by one thread. */
interface Detector extends AutoCloseable {
  ModelId id();

  /** One generation for each request, in their order. */
  List<Generation> generate(List<Request> requests);

  @Override
  void close();

  /** The detector takes the model over and closes it. */
  static Detector of(PaliGemma model) {
    return new Detector() {
      @Override
      public ModelId id() {
        return model.id();
      }

      @Override
      public List<Generation> generate(List<Request> requests) {
        return model.generate(requests);
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }
}
