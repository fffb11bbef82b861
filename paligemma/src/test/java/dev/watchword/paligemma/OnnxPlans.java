package dev.watchword.paligemma;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.ElementType;
import dev.watchword.paligemma.graph.OnnxGraph;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.graph.StoredTensor;
import dev.watchword.paligemma.plan.PlanLoader;
import dev.watchword.paligemma.plan.PlanPass;
import dev.watchword.paligemma.plan.PlanPass.Move;
import dev.watchword.paligemma.plan.PlanRuntime;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The very graphs that an engine compiles, run by ONNX Runtime at the very sizes. It frees nothing
 * early and copies a lot: for tests.
 */
final class OnnxPlans implements PlanRuntime {
  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final PlanGraphs graphs;
  private final OrtSession prefill;
  private final OrtSession step;
  private final OrtSession wholeHead;
  private final Map<String, ByteBuffer> slots = new HashMap<>();
  private final Map<Lane, float[]> hidden = new HashMap<>();
  final List<PlanSizes> passes = new ArrayList<>();

  /** Called in the lane of each pass before it runs. */
  volatile Consumer<PlanPass> before = pass -> {};

  private OnnxPlans(PlanGraphs graphs) throws CheckpointException, OrtException {
    this.graphs = graphs;
    this.prefill = open(graphs.prefill());
    this.step = open(graphs.step());
    this.wholeHead = open(graphs.wholeHead());
    for (String cache : PlanGraphs.caches(graphs.config())) {
      slots.put(cache, bytes(graphs.slotShape(graphs.shapes().slots())));
    }
  }

  static PlanLoader loader(List<OnnxPlans> opened) {
    return new PlanLoader() {
      @Override
      public String engine() {
        return "Plans";
      }

      @Override
      public PlanRuntime load(PlanGraphs graphs) throws CheckpointException {
        try {
          OnnxPlans plans = new OnnxPlans(graphs);
          opened.add(plans);
          return plans;
        } catch (OrtException e) {
          throw new CheckpointException(e.getMessage(), e);
        }
      }
    };
  }

  private OrtSession open(OnnxGraph graph) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      StoredTensor any = graph.weights().iterator().next();
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          any.file().getParent().toString());
      options.setIntraOpNumThreads(1);
      return environment.createSession(graph.toBytes(), options);
    }
  }

  private ByteBuffer bytes(long[] shape) {
    return hostMemory(Math.toIntExact(elements(shape)) * graphs.products().bytes());
  }

  private static long elements(long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  @Override
  public ByteBuffer hostMemory(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void run(PlanPass pass) {
    before.accept(pass);
    synchronized (passes) {
      passes.add(pass.sizes());
    }
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (Map.Entry<String, long[]> input : graphs.inputs(pass.sizes()).entrySet()) {
        inputs.put(input.getKey(), tensor(pass.inputs().get(input.getKey()), input.getValue()));
      }
      boolean first = pass.sizes().prefill();
      if (!first) {
        for (String cache : PlanGraphs.caches(graphs.config())) {
          long[] shape = graphs.slotShape(pass.sizes().rows());
          ByteBuffer rows =
              slots
                  .get(cache)
                  .slice(0, Math.toIntExact(elements(shape)) * graphs.products().bytes())
                  .order(ByteOrder.nativeOrder());
          inputs.put("past_" + cache, OnnxTensor.createTensor(environment, rows, shape, type()));
        }
      }
      try (OrtSession.Result result = (first ? prefill : step).run(inputs)) {
        pass.choices().put(0, floats(result, "choices"), 0, pass.choices().capacity());
        synchronized (hidden) {
          hidden.put(pass.lane(), floats(result, "hidden"));
        }
        for (String cache : PlanGraphs.caches(graphs.config())) {
          ByteBuffer added =
              ((OnnxTensor) result.get("new_" + cache).orElseThrow()).getByteBuffer();
          for (Move move : pass.moves()) {
            move(cache, added, graphs.newShape(pass.sizes()), move);
          }
        }
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxJavaType type() {
    return graphs.products() == ElementType.FLOAT16 ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
  }

  private OnnxTensor tensor(Buffer data, long[] shape) throws OrtException {
    return data instanceof FloatBuffer floats
        ? OnnxTensor.createTensor(environment, floats, shape)
        : OnnxTensor.createTensor(environment, (LongBuffer) data, shape);
  }

  private static float[] floats(OrtSession.Result result, String name) {
    FloatBuffer buffer = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private void move(String cache, ByteBuffer added, long[] shape, Move move) {
    int heads = (int) shape[1];
    int position = (int) shape[3] * graphs.products().bytes();
    int capacity = graphs.shapes().capacity(graphs.config());
    for (int head = 0; head < heads; head++) {
      slots
          .get(cache)
          .put(
              ((move.slot() * heads + head) * capacity + move.at()) * position,
              added,
              (int) ((move.row() * heads + head) * shape[2] * position),
              move.count() * position);
    }
  }

  @Override
  public void wholeHead(Lane lane, int from, int rows, FloatBuffer choices) {
    int size = graphs.config().text().hidden();
    FloatBuffer asked = hostMemory(rows * size * 4).asFloatBuffer();
    synchronized (hidden) {
      asked.put(0, hidden.get(lane), from * size, rows * size);
    }
    try (OnnxTensor input = OnnxTensor.createTensor(environment, asked, new long[] {rows, size});
        OrtSession.Result result = wholeHead.run(Map.of("hidden", input))) {
      choices.put(0, floats(result, "choices"));
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public long deviceBytes() {
    return 0;
  }

  @Override
  public void close() {
    try {
      prefill.close();
      step.close();
      wholeHead.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
