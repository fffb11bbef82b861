package dev.watchword.tensorrt.nvidia;

import dev.watchword.paligemma.graph.ChoiceGraph;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.plan.PlanRuntime;
import java.nio.FloatBuffer;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** The choice among all tokens, on a lane's stream. */
final class WholeHead implements AutoCloseable {
  private static final String CHOOSE = "choose among all tokens";

  private final CUstream_st stream;
  private final NativeLog log;
  private final IExecutionContext context;
  private final DeviceBuffer input;
  private final DeviceBuffer choices;
  private final DeviceBuffer workspace;
  private final long rowBytes;

  WholeHead(PlanGraphs graphs, ICudaEngine plan, int profile, CUstream_st stream, NativeLog log) {
    this.stream = stream;
    this.log = log;
    int rows = PlanRuntime.WHOLE_HEAD_ROWS;
    this.rowBytes = (long) graphs.config().text().hidden() * Float.BYTES;
    this.input = new DeviceBuffer(rows * rowBytes, "hidden states");
    this.choices = new DeviceBuffer((long) rows * ChoiceGraph.PARTS * Float.BYTES, "choices");
    this.workspace =
        new DeviceBuffer(plan.getDeviceMemorySizeForProfileV2(profile), "working space");
    this.context =
        Cuda.present(
            plan.createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED),
            "create a context",
            log);
    Cuda.require(context.setOptimizationProfileAsync(profile, stream), "choose a version", log);
    Cuda.check(cudart.cudaStreamSynchronize(stream), "choose a version");
    try (Dims64 shape = PlanBuilder.dims(new long[] {rows, rowBytes / Float.BYTES})) {
      Cuda.require(context.setInputShape("hidden", shape), "take a shape", log);
    }
    Cuda.require(context.setTensorAddress("hidden", input.pointer()), "bind hidden", log);
    Cuda.require(context.setTensorAddress("choices", choices.pointer()), "bind choices", log);
    context.setDeviceMemoryV2(workspace.pointer(), workspace.bytes());
    // What its first run loads is loaded now, while no lane captures anything.
    enqueue();
    Cuda.check(cudart.cudaStreamSynchronize(stream), CHOOSE);
  }

  private void enqueue() {
    Cuda.require(context.enqueueV3(stream), CHOOSE, log);
  }

  /**
   * Always all the rows that it is made for; those beyond {@code rows} are left over from before.
   */
  void run(DeviceBuffer hidden, int from, int rows, FloatBuffer chosen) {
    Cuda.check(
        cudart.cudaMemcpyAsync(
            input.pointer(),
            hidden.at(from * rowBytes),
            rows * rowBytes,
            cudart.cudaMemcpyDeviceToDevice,
            stream),
        "copy hidden states");
    enqueue();
    Cuda.check(
        cudart.cudaMemcpyAsync(
            new Pointer(chosen),
            choices.pointer(),
            (long) rows * ChoiceGraph.PARTS * Float.BYTES,
            cudart.cudaMemcpyDeviceToHost,
            stream),
        "copy choices");
    Cuda.check(cudart.cudaStreamSynchronize(stream), CHOOSE);
  }

  long bytes() {
    return input.bytes() + choices.bytes() + workspace.bytes();
  }

  @Override
  public void close() {
    input.close();
    choices.close();
    workspace.close();
  }
}
