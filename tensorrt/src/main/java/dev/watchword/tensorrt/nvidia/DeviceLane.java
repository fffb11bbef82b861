package dev.watchword.tensorrt.nvidia;

import dev.watchword.paligemma.graph.ChoiceGraph;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.plan.PlanPass;
import dev.watchword.paligemma.plan.PlanPass.Move;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaExtent;
import org.bytedeco.cuda.cudart.cudaMemcpy3DParms;
import org.bytedeco.cuda.cudart.cudaPitchedPtr;
import org.bytedeco.cuda.cudart.cudaPos;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/**
 * One lane: a stream, a plan with its versions, and the device's memory that they share, as only
 * one of them runs at a time. Used by one thread at a time.
 */
final class DeviceLane implements AutoCloseable {
  /**
   * Held while a version is made, runs for the first time or is captured. What TensorRT loads then
   * may wait for the whole device, and no thread may do so while any stream is being captured.
   */
  private static final Object SETTLING = new Object();

  private final PlanGraphs graphs;
  private final ICudaEngine plan;
  private final NativeLog log;
  private final DeviceBuffer slots;
  private final CacheLayout slotLayout;
  private final List<PlanSizes> all;
  private final CUstream_st stream = new CUstream_st();
  private final Map<String, DeviceBuffer> inputs = new HashMap<>();
  private final Map<PlanSizes, Version> versions = new HashMap<>();
  private final List<DeviceBuffer> buffers = new ArrayList<>();
  private final DeviceBuffer choices;
  private final DeviceBuffer hidden;
  private final DeviceBuffer added;
  private final DeviceBuffer workspace;
  private final WholeHead wholeHead;

  DeviceLane(
      PlanGraphs graphs,
      ICudaEngine plan,
      List<PlanSizes> all,
      DeviceBuffer slots,
      CacheLayout slotLayout,
      ICudaEngine head,
      int headProfile,
      NativeLog log) {
    this.graphs = graphs;
    this.plan = plan;
    this.all = all;
    this.slots = slots;
    this.slotLayout = slotLayout;
    this.log = log;
    Cuda.check(
        cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking), "create a stream");
    Map<String, Long> most = new HashMap<>();
    long rows = 0;
    long newBytes = 0;
    long workspaceBytes = 0;
    for (int i = 0; i < all.size(); i++) {
      PlanSizes sizes = all.get(i);
      graphs
          .inputs(sizes)
          .forEach((name, shape) -> most.merge(name, bytes(name, shape), Math::max));
      rows = Math.max(rows, (long) sizes.rows() * graphs.choices(sizes));
      newBytes = Math.max(newBytes, layout(sizes).bytes());
      workspaceBytes = Math.max(workspaceBytes, plan.getDeviceMemorySizeForProfileV2(i));
    }
    most.forEach((name, bytes) -> inputs.put(name, buffer(bytes, name)));
    this.choices = buffer(rows * ChoiceGraph.PARTS * Float.BYTES, "choices");
    this.hidden = buffer(rows * graphs.config().text().hidden() * Float.BYTES, "hidden states");
    this.added = buffer(newBytes, "new keys and values");
    this.workspace = buffer(workspaceBytes, "working space");
    this.wholeHead = new WholeHead(graphs, head, headProfile, stream, log);
  }

  private DeviceBuffer buffer(long bytes, String what) {
    DeviceBuffer buffer = new DeviceBuffer(bytes, what);
    buffers.add(buffer);
    return buffer;
  }

  private static long bytes(String name, long[] shape) {
    long bytes = PlanGraphs.isFloats(name) ? Float.BYTES : Long.BYTES;
    for (long size : shape) {
      bytes *= size;
    }
    return bytes;
  }

  private CacheLayout layout(PlanSizes sizes) {
    long[] shape = graphs.newShape(sizes);
    return CacheLayout.of(
        PlanGraphs.caches(graphs.config()).size(),
        shape[0],
        shape[1],
        shape[2],
        shape[3] * graphs.products().bytes());
  }

  void run(PlanPass pass) {
    Version settled = versions.get(pass.sizes());
    if (settled != null && settled.isSettled()) {
      settled.enqueue(pass);
    } else {
      synchronized (SETTLING) {
        versions.computeIfAbsent(pass.sizes(), this::version).enqueue(pass);
      }
    }
    CacheLayout from = layout(pass.sizes());
    for (Move move : pass.moves()) {
      keep(from, move);
    }
    Cuda.check(cudart.cudaStreamSynchronize(stream), "finish a pass");
  }

  private Version version(PlanSizes sizes) {
    IExecutionContext context =
        Cuda.present(
            plan.createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED),
            "create a context",
            log);
    Cuda.require(
        context.setOptimizationProfileAsync(all.indexOf(sizes), stream), "choose a version", log);
    Cuda.check(cudart.cudaStreamSynchronize(stream), "choose a version");
    Version version = new Version(graphs, sizes, context, stream, inputs, choices, log);
    version.bindInputs();
    version.bind("hidden", hidden.pointer());
    List<String> caches = PlanGraphs.caches(graphs.config());
    CacheLayout layout = layout(sizes);
    for (int i = 0; i < caches.size(); i++) {
      version.bind("new_" + caches.get(i), added.at(layout.offset(i)));
      if (!sizes.prefill()) {
        version.shape("past_" + caches.get(i), graphs.slotShape(sizes.rows()));
        version.bind("past_" + caches.get(i), slots.at(slotLayout.offset(i)));
      }
    }
    context.setDeviceMemoryV2(workspace.pointer(), workspace.bytes());
    return version;
  }

  /** All layers' new positions of one row, as one box: width in bytes, heads, caches. */
  private void keep(CacheLayout from, Move move) {
    long heads = graphs.config().text().keyValueHeads();
    long position = (long) graphs.config().text().headSize() * graphs.products().bytes();
    try (cudaMemcpy3DParms copy = new cudaMemcpy3DParms();
        cudaPitchedPtr source = pitched(added.pointer(), from);
        cudaPitchedPtr target = pitched(slots.pointer(), slotLayout);
        cudaPos sourceAt = new cudaPos();
        cudaPos targetAt = new cudaPos();
        cudaExtent extent = new cudaExtent()) {
      sourceAt.x(0).y(move.row() * heads).z(0);
      targetAt.x(move.at() * position).y(move.slot() * heads).z(0);
      extent.width(move.count() * position).height(heads).depth(from.caches());
      Pointer.memset(copy, 0, copy.sizeof());
      copy.srcPtr(source).srcPos(sourceAt).dstPtr(target).dstPos(targetAt);
      copy.extent(extent).kind(cudart.cudaMemcpyDeviceToDevice);
      Cuda.check(cudart.cudaMemcpy3DAsync(copy, stream), "keep keys and values");
    }
  }

  private static cudaPitchedPtr pitched(Pointer pointer, CacheLayout layout) {
    return new cudaPitchedPtr()
        .ptr(pointer)
        .pitch(layout.pitch())
        .xsize(layout.pitch())
        .ysize(layout.height());
  }

  void wholeHead(int from, int rows, FloatBuffer chosen) {
    wholeHead.run(hidden, from, rows, chosen);
  }

  long bytes() {
    return buffers.stream().mapToLong(DeviceBuffer::bytes).sum() + wholeHead.bytes();
  }

  @Override
  public void close() {
    versions.values().forEach(Version::close);
    wholeHead.close();
    buffers.forEach(DeviceBuffer::close);
    Cuda.check(cudart.cudaStreamDestroy(stream), "free a stream");
  }
}
