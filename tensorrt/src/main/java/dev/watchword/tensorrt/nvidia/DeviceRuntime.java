package dev.watchword.tensorrt.nvidia;

import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.plan.PlanPass;
import dev.watchword.paligemma.plan.PlanRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** A model's plans on one GPU: weights once for each plan, the slots, and two lanes. */
public final class DeviceRuntime implements PlanRuntime {
  /** Names of the plans' files. */
  public static final String PREFILL = "prefill.plan";

  public static final String STEP = "step.plan";
  public static final String WHOLE_HEAD = "whole-head.plan";

  private final int device;
  private final NativeLog log = new NativeLog();
  private final IRuntime runtime;
  private final List<Pointer> pinned = new ArrayList<>();
  private final long planBytes;
  private final DeviceBuffer slots;
  private final DeviceLane prefill;
  private final DeviceLane step;

  private DeviceRuntime(PlanGraphs graphs, Map<String, Path> plans, int device) throws IOException {
    this.device = device;
    use();
    long[] shape = graphs.slotShape(graphs.shapes().slots());
    CacheLayout layout =
        CacheLayout.of(
            PlanGraphs.caches(graphs.config()).size(),
            shape[0],
            shape[1],
            shape[2],
            shape[3] * graphs.products().bytes());
    long bytes = 0;
    for (Path plan : plans.values()) {
      bytes += Files.size(plan);
    }
    this.planBytes = bytes;
    Cuda.requireFree(bytes + layout.bytes(), "this model");
    this.runtime = Cuda.present(nvinfer.createInferRuntime(log), "start", log);
    this.slots = new DeviceBuffer(layout.bytes(), "keys and values");
    ICudaEngine head = read(plans.get(WHOLE_HEAD));
    this.prefill =
        new DeviceLane(
            graphs, read(plans.get(PREFILL)), graphs.prefillSizes(), slots, layout, head, 0, log);
    this.step =
        new DeviceLane(
            graphs, read(plans.get(STEP)), graphs.stepSizes(), slots, layout, head, 1, log);
  }

  /**
   * @param plans by their names
   * @param device which GPU, from 0
   * @throws IllegalStateException in one sentence
   */
  public static DeviceRuntime load(PlanGraphs graphs, Map<String, Path> plans, int device)
      throws IOException {
    return new DeviceRuntime(graphs, plans, device);
  }

  /** CUDA's current device belongs to the thread. */
  private void use() {
    Cuda.check(cudart.cudaSetDevice(device), "use GPU " + device);
  }

  private ICudaEngine read(Path plan) throws IOException {
    try (HostMemory serialized = HostMemory.of(plan)) {
      return Cuda.present(
          runtime.deserializeCudaEngine(serialized.pointer(), serialized.bytes()),
          "read "
              + plan
              + ", which another TensorRT or GPU may have built (delete it to build it anew)",
          log);
    }
  }

  @Override
  public ByteBuffer hostMemory(int bytes) {
    use();
    Pointer memory = new Pointer();
    Cuda.check(
        cudart.cudaHostAlloc(memory, bytes, cudart.cudaHostAllocDefault),
        "pin %d bytes of the host's memory".formatted(bytes));
    pinned.add(memory);
    ByteBuffer buffer =
        new BytePointer(memory).capacity(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    buffer.put(new byte[bytes]).clear();
    return buffer;
  }

  private DeviceLane lane(Lane lane) {
    return lane == Lane.PREFILL ? prefill : step;
  }

  @Override
  public void run(PlanPass pass) {
    onDevice(() -> lane(pass.lane()).run(pass));
  }

  private void onDevice(Runnable work) {
    try {
      use();
      work.run();
    } catch (IllegalStateException e) {
      throw new LostDeviceException(e.getMessage(), e);
    }
  }

  @Override
  public void wholeHead(Lane lane, int from, int rows, FloatBuffer choices) {
    onDevice(() -> lane(lane).wholeHead(from, rows, choices));
  }

  @Override
  public long deviceBytes() {
    return planBytes + slots.bytes() + prefill.bytes() + step.bytes();
  }

  @Override
  public void close() {
    use();
    prefill.close();
    step.close();
    slots.close();
    pinned.forEach(memory -> Cuda.check(cudart.cudaFreeHost(memory), "free the host's memory"));
    pinned.clear();
  }
}
