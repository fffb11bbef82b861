package dev.watchword.paligemma;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.DecoderGraph;
import dev.watchword.paligemma.graph.HeadGraph;
import dev.watchword.paligemma.graph.Int8Weights;
import dev.watchword.paligemma.graph.ModelConfig;
import dev.watchword.paligemma.graph.VisionGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the graphs of one checkpoint on ONNX Runtime. All buffers must be direct and in native
 * order. May be used by several threads until it is closed.
 */
final class OnnxBackend implements AutoCloseable {
  static final String ENGINE = "OnnxRuntime";

  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final ModelConfig.Text text;
  private final int vocabulary;
  private final OnnxSessions sessions;
  private final OrtSession vision;
  private final OrtSession decoder;
  private final OnnxSessions.Later fullHead;
  private final OnnxSessions.Later boxHead;
  private final OnnxSessions.Later maskHead;

  private OnnxBackend(Checkpoint checkpoint, Vocabulary tokens, int positions, ModelOptions options)
      throws CheckpointException, OrtException, IOException {
    this.text = checkpoint.config().text();
    this.vocabulary = checkpoint.vocabularySize();
    this.sessions = new OnnxSessions(options.threads());
    HeadGraph.Range locations = range(tokens.firstLocation(), Vocabulary.LOCATIONS);
    HeadGraph.Range segments = range(tokens.firstSegment(), Vocabulary.SEGMENTS);
    this.fullHead = sessions.later(() -> HeadGraph.of(checkpoint));
    this.boxHead = sessions.later(() -> HeadGraph.restricted(checkpoint, List.of(locations)));
    this.maskHead =
        sessions.later(() -> HeadGraph.restricted(checkpoint, List.of(locations, segments)));
    Int8Weights integers = options.precision() == Precision.INT8 ? new Int8Weights() : null;
    try (integers) {
      Optional<Int8Weights> into = Optional.ofNullable(integers);
      boolean pruned = options.decoding().lastLayerPruning();
      this.vision = sessions.open(VisionGraph.of(checkpoint, into));
      this.decoder = sessions.open(DecoderGraph.of(checkpoint, into, positions, pruned));
    } catch (CheckpointException | OrtException | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * @param positions upper bound of the positions of a row: image, prompt and answer
   */
  static OnnxBackend load(
      Checkpoint checkpoint, Vocabulary tokens, int positions, ModelOptions options)
      throws CheckpointException {
    try {
      return new OnnxBackend(checkpoint, tokens, positions, options);
    } catch (OrtException | IOException e) {
      throw new CheckpointException(
          "ONNX Runtime cannot load %s: %s".formatted(checkpoint.directory(), e.getMessage()), e);
    }
  }

  private static HeadGraph.Range range(int from, int count) {
    return new HeadGraph.Range(from, from + count);
  }

  /** How many logits the full head gives. */
  int vocabulary() {
    return vocabulary;
  }

  /** Size of a hidden state. */
  int hidden() {
    return text.hidden();
  }

  /** Image features {@code [frames,N,H]} in the runtime's memory. */
  static final class Features implements RowRunner.Pictures {
    private final OrtSession.Result result;

    private Features(OrtSession.Result result) {
      this.result = result;
    }

    private OnnxTensor tensor() {
      return (OnnxTensor) result.get(0);
    }

    @Override
    public void close() {
      result.close();
    }
  }

  /**
   * @param pixels {@code [frames,3,S,S]}
   */
  Features encode(FloatBuffer pixels, int frames, int size) {
    try (OnnxTensor input =
        OnnxTensor.createTensor(environment, pixels, new long[] {frames, 3, size, size})) {
      return new Features(vision.run(Map.of("pixel_values", input)));
    } catch (OrtException e) {
      throw new IllegalStateException("Vision tower failed: " + e.getMessage(), e);
    }
  }

  /** One pass; with features, the rows begin with their images. */
  void forward(Optional<Features> features, Step step) {
    int rows = step.rows();
    int keys = step.past() + step.steps();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    try (Tensors tensors = new Tensors()) {
      inputs.put(
          "image_features",
          features.isPresent()
              ? features.get().tensor()
              : tensors.of(emptyFloats(), 1, 0, text.hidden()));
      inputs.put("frame", tensors.of(step.frames(), rows));
      inputs.put("input_ids", tensors.of(step.tokens(), rows, step.text()));
      inputs.put("position_ids", tensors.of(step.positions(), rows, step.steps()));
      inputs.put("query", tensors.of(step.query(), rows, step.queries()));
      inputs.put("bias", tensors.of(step.bias(), rows, 1, step.seers(), keys));
      inputs.put("query_bias", tensors.of(step.queryBias(), rows, 1, step.queries(), keys));
      int heads = text.keyValueHeads();
      for (int i = 0; i < 2 * text.layers(); i++) {
        String cache = (i % 2 == 0 ? "_k." : "_v.") + i / 2;
        inputs.put(
            "past" + cache, tensors.of(step.cache()[i], rows, heads, step.past(), text.headSize()));
        outputs.put(
            "new" + cache, tensors.of(step.added()[i], rows, heads, step.steps(), text.headSize()));
      }
      outputs.put("hidden", tensors.of(step.hidden(), rows * step.queries(), text.hidden()));
      runInPlace(decoder, inputs, outputs);
    } catch (OrtException e) {
      throw new IllegalStateException("Forward pass failed: " + e.getMessage(), e);
    }
  }

  /** {@code hidden [rows,H]} to {@code logits [rows,V]}. */
  void fullHead(FloatBuffer hidden, int rows, FloatBuffer logits) {
    OrtSession session = fullHead.get();
    try (Tensors tensors = new Tensors()) {
      runInPlace(
          session,
          Map.of("hidden", tensors.of(hidden, rows, text.hidden())),
          Map.of("logits", tensors.of(logits, rows, vocabulary)));
    } catch (OrtException e) {
      throw new IllegalStateException("Head failed: " + e.getMessage(), e);
    }
  }

  /**
   * {@code hidden [rows,H]} to logits of all locations, all segments if asked for, and the tokens
   * whose rows of the head are given: {@code extra [extras,H]}.
   */
  void restrictedHead(
      boolean segments,
      FloatBuffer hidden,
      int rows,
      FloatBuffer extra,
      int extras,
      FloatBuffer logits) {
    OrtSession session = (segments ? maskHead : boxHead).get();
    try (Tensors tensors = new Tensors()) {
      runInPlace(
          session,
          Map.of(
              "hidden", tensors.of(hidden, rows, text.hidden()),
              "extra", tensors.of(extra, extras, text.hidden())),
          Map.of("logits", tensors.of(logits, rows, logits.capacity() / rows)));
    } catch (OrtException e) {
      throw new IllegalStateException("Restricted head failed: " + e.getMessage(), e);
    }
  }

  private static void runInPlace(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs, outputs)) {
      for (int i = 0; i < outputs.size(); i++) {
        if (result.isResultOwner(i)) {
          throw new IllegalStateException("the runtime did not write its results in place");
        }
      }
    }
  }

  /** Tensors over Java's buffers for the time of one pass. */
  private final class Tensors implements AutoCloseable {
    private final List<OnnxTensor> open = new ArrayList<>();

    private OnnxTensor of(FloatBuffer data, long... shape) throws OrtException {
      return kept(OnnxTensor.createTensor(environment, data, shape));
    }

    private OnnxTensor of(LongBuffer data, long... shape) throws OrtException {
      return kept(OnnxTensor.createTensor(environment, data, shape));
    }

    private OnnxTensor kept(OnnxTensor tensor) {
      open.add(tensor);
      return tensor;
    }

    @Override
    public void close() {
      open.forEach(OnnxTensor::close);
    }
  }

  private static FloatBuffer emptyFloats() {
    return ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public void close() {
    sessions.close();
  }
}
