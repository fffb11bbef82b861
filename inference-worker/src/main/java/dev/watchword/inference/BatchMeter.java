package dev.watchword.inference;

import dev.watchword.paligemma.engine.Activity;
import dev.watchword.paligemma.engine.Answer;
import java.util.List;

/** What is told of the model's work while a batch is answered. */
interface BatchMeter {
  /** Times a stage until it is closed. */
  Stage stage(String name);

  /** Counted at once: what an endpoint has done costs, also when the transaction is aborted. */
  void batch(int frames, List<Answer> said);

  /** As the engine counts it, since the model was loaded. */
  void activity(Activity activity);

  /** A stage in progress. */
  interface Stage extends AutoCloseable {
    @Override
    void close();
  }
}
