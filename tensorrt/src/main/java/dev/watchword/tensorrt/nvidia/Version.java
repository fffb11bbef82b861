package dev.watchword.tensorrt.nvidia;

import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.plan.PlanPass;
import java.nio.Buffer;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One version of a plan, bound to the buffers of its lane. All addresses stay the same, so from its
 * second pass on it runs as one captured graph: inputs to the device, the plan, choices back. Where
 * that cannot be captured it goes on call by call.
 */
final class Version {
  private static final Logger log = LoggerFactory.getLogger(Version.class);

  private final PlanGraphs graphs;
  private final PlanSizes sizes;
  private final IExecutionContext context;
  private final CUstream_st stream;
  private final Map<String, DeviceBuffer> inputs;
  private final DeviceBuffer choices;
  private final NativeLog nativeLog;
  private boolean warm;
  private boolean capturable = true;
  private CUgraphExec_st captured;

  Version(
      PlanGraphs graphs,
      PlanSizes sizes,
      IExecutionContext context,
      CUstream_st stream,
      Map<String, DeviceBuffer> inputs,
      DeviceBuffer choices,
      NativeLog nativeLog) {
    this.graphs = graphs;
    this.sizes = sizes;
    this.context = context;
    this.stream = stream;
    this.inputs = inputs;
    this.choices = choices;
    this.nativeLog = nativeLog;
  }

  void bind(String name, Pointer address) {
    Cuda.require(context.setTensorAddress(name, address), "bind " + name, nativeLog);
  }

  void bindInputs() {
    graphs
        .inputs(sizes)
        .forEach(
            (name, shape) -> {
              shape(name, shape);
              bind(name, inputs.get(name).pointer());
            });
    bind("choices", choices.pointer());
  }

  void shape(String name, long[] shape) {
    try (Dims64 dims = PlanBuilder.dims(shape)) {
      Cuda.require(context.setInputShape(name, dims), "take the shape of " + name, nativeLog);
    }
  }

  /** Whether nothing of it is left to be captured. */
  boolean isSettled() {
    return captured != null || !capturable;
  }

  /** Puts the pass on the stream and does not wait for it. */
  void enqueue(PlanPass pass) {
    if (warm && !isSettled()) {
      capture(pass);
    }
    if (captured != null) {
      Cuda.check(cudart.cudaGraphLaunch(captured, stream), "launch a captured pass");
    } else {
      calls(pass);
      warm = true;
    }
  }

  private void calls(PlanPass pass) {
    for (String name : graphs.inputs(sizes).keySet()) {
      Buffer host = pass.inputs().get(name);
      long bytes = (long) host.capacity() * (PlanGraphs.isFloats(name) ? Float.BYTES : Long.BYTES);
      Cuda.check(
          cudart.cudaMemcpyAsync(
              inputs.get(name).pointer(),
              new Pointer(host),
              bytes,
              cudart.cudaMemcpyHostToDevice,
              stream),
          "copy " + name);
    }
    Cuda.require(context.enqueueV3(stream), "run a pass", nativeLog);
    Cuda.check(
        cudart.cudaMemcpyAsync(
            new Pointer(pass.choices()),
            choices.pointer(),
            (long) pass.choices().capacity() * Float.BYTES,
            cudart.cudaMemcpyDeviceToHost,
            stream),
        "copy choices");
  }

  /** Of this thread alone: a capture of all threads would break the other lane's work. */
  private void capture(PlanPass pass) {
    CUgraph_st graph = new CUgraph_st();
    CUgraphExec_st executable = new CUgraphExec_st();
    Cuda.check(
        cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal),
        "begin to capture a pass");
    RuntimeException failure = null;
    try {
      calls(pass);
    } catch (IllegalStateException e) {
      failure = e;
    }
    int status = cudart.cudaStreamEndCapture(stream, graph);
    if (failure == null && status == cudart.cudaSuccess) {
      status = cudart.cudaGraphInstantiate(executable, graph, 0);
      Cuda.check(cudart.cudaGraphDestroy(graph), "forget a captured pass");
    }
    if (failure != null || status != cudart.cudaSuccess) {
      capturable = false;
      // The failed capture must not be taken for an error of the next call.
      cudart.cudaGetLastError();
      log.atWarn()
          .addKeyValue("sizes", sizes)
          .addKeyValue("cause", failure == null ? "CUDA error " + status : failure.getMessage())
          .log("a pass cannot be captured and runs call by call");
      return;
    }
    captured = executable;
  }

  void close() {
    if (captured != null) {
      Cuda.check(cudart.cudaGraphExecDestroy(captured), "free a captured pass");
      captured = null;
    }
  }
}
