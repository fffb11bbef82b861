package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.LocalOptions;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop with the real model that comes with Watchword. */
class EmbeddedModelIT {
  @TempDir private Path cache;

  @Test
  void answersEachPromptOfAFrame() throws Exception {
    try (EngineModel model =
        EngineModel.load(
            "OnnxRuntime",
            EmbeddedCheckpoint.extractTo(cache),
            LocalOptions.of(ModelOptions.defaults().withThreads(1).withMaxNewTokens(50)))) {
      Worker worker =
          new Worker(
              1,
              model,
              Worker.prompt("people", "detect person"),
              Worker.prompt("cars", "detect car ; truck"));
      worker.frame(0, "gate", 100);
      worker.loop.step();

      assertThat(worker.published())
          .containsExactly("gate/100 cars INFERRED", "gate/100 people INFERRED");
      FrameDetections record = worker.detections().get(0);
      assertThat(record.getOutcome()).isEqualTo(Outcome.INFERRED);
      assertThat(record.getTokens()).isPositive();
      assertThat(record.getModel().getEngine()).isEqualTo("OnnxRuntime");
      assertThat(record.getModel().getRevision()).isEqualTo(model.id().revision());
      assertThat(record.getTimings().getVisionMicros()).isPositive();
    }
  }
}
