package dev.watchword.paligemma.plan;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.PlanGraphs;

/** Makes or finds a model's plans and loads them onto a device. */
public interface PlanLoader {
  /**
   * Name of the engine, such as {@code TensorRT}, as it stands in {@link
   * dev.watchword.paligemma.ModelId}.
   */
  String engine();

  /**
   * @throws CheckpointException with one sentence that says what is wrong with the model or missing
   *     on this machine
   */
  PlanRuntime load(PlanGraphs graphs) throws CheckpointException;
}
