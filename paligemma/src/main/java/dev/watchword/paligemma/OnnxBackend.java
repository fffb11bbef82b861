package dev.watchword.paligemma;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.DecoderGraph;
import dev.watchword.paligemma.graph.HeadGraph;
import dev.watchword.paligemma.graph.Int8Weights;
import dev.watchword.paligemma.graph.ModelConfig;
import dev.watchword.paligemma.graph.OnnxGraph;
import dev.watchword.paligemma.graph.StoredTensor;
import dev.watchword.paligemma.graph.VisionGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Runs the graphs of one checkpoint on ONNX Runtime; the only class that knows it. All buffers must
 * be direct and in native order. May be used by several threads until it is closed.
 */
final class OnnxBackend implements AutoCloseable {
  static final String ENGINE = "OnnxRuntime";

  private static final String WEIGHTS_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final ModelConfig.Text text;
  private final int vocabulary;
  private final List<OnnxTensor> mappedWeights = new CopyOnWriteArrayList<>();
  private final List<OrtSession> sessions = new CopyOnWriteArrayList<>();
  private final OrtSession vision;
  private final OrtSession decoder;
  private final Later fullHead;
  private final Later boxHead;
  private final Later maskHead;
  private final int threads;

  private OnnxBackend(Checkpoint checkpoint, Vocabulary tokens, int positions, ModelOptions options)
      throws CheckpointException, OrtException, IOException {
    this.text = checkpoint.config().text();
    this.vocabulary = checkpoint.vocabularySize();
    this.threads = options.threads();
    HeadGraph.Range locations = range(tokens.firstLocation(), Vocabulary.LOCATIONS);
    HeadGraph.Range segments = range(tokens.firstSegment(), Vocabulary.SEGMENTS);
    this.fullHead = new Later(() -> HeadGraph.of(checkpoint));
    this.boxHead = new Later(() -> HeadGraph.restricted(checkpoint, List.of(locations)));
    this.maskHead = new Later(() -> HeadGraph.restricted(checkpoint, List.of(locations, segments)));
    Int8Weights integers = options.precision() == Precision.INT8 ? new Int8Weights() : null;
    try (integers) {
      Optional<Int8Weights> into = Optional.ofNullable(integers);
      boolean pruned = options.decoding().lastLayerPruning();
      this.vision = open(VisionGraph.of(checkpoint, into));
      this.decoder = open(DecoderGraph.of(checkpoint, into, positions, pruned));
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

  /** A graph that is loaded when it is first needed. */
  private static final class Later {
    private final GraphSource source;
    private OrtSession session;

    private Later(GraphSource source) {
      this.source = source;
    }
  }

  private interface GraphSource {
    OnnxGraph build() throws CheckpointException;
  }

  private OrtSession session(Later later) {
    synchronized (later) {
      if (later.session == null) {
        try {
          later.session = open(later.source.build());
        } catch (OrtException | IOException | CheckpointException e) {
          throw new IllegalStateException("Cannot load an output head: " + e.getMessage(), e);
        }
      }
      return later.session;
    }
  }

  private OrtSession open(OnnxGraph graph) throws OrtException, IOException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      // Workers that spin would take the processor from the decoders in the same process.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      // Shapes differ from pass to pass; a pattern for each of them would pile up.
      options.setMemoryPatternOptimization(false);
      locateWeights(graph, options);
      OrtSession session = environment.createSession(graph.toBytes(), options);
      sessions.add(session);
      return session;
    }
  }

  /**
   * The runtime reads weights from one directory only, symbolic links resolved. It gets the one
   * with most of them, or with one that Java cannot map; those that lie elsewhere are mapped here
   * and handed over.
   */
  private void locateWeights(OnnxGraph graph, OrtSession.SessionOptions options)
      throws OrtException, IOException {
    Path folder = folder(graph);
    options.addConfigEntry(WEIGHTS_FOLDER, folder.toString());
    Map<String, OnnxTensorLike> mapped = new HashMap<>();
    for (StoredTensor weight : graph.weights()) {
      if (!weight.file().getParent().equals(folder)) {
        OnnxTensor tensor = map(weight);
        mappedWeights.add(tensor);
        mapped.put(weight.name(), tensor);
      }
    }
    if (!mapped.isEmpty()) {
      options.addExternalInitializers(mapped);
    }
  }

  private static Path folder(OnnxGraph graph) {
    Map<Path, Long> bytes = new TreeMap<>();
    for (StoredTensor weight : graph.weights()) {
      if (weight.length() > Integer.MAX_VALUE) {
        return weight.file().getParent();
      }
      bytes.merge(weight.file().getParent(), weight.length(), Long::sum);
    }
    return Collections.max(bytes.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private OnnxTensor map(StoredTensor weight) throws OrtException, IOException {
    if (weight.length() > Integer.MAX_VALUE) {
      throw new IOException(
          "tensor '%s' is larger than 2 GiB: put the shards into one directory"
              .formatted(weight.name()));
    }
    try (FileChannel channel = FileChannel.open(weight.file())) {
      ByteBuffer data =
          channel
              .map(MapMode.READ_ONLY, weight.offset(), weight.length())
              .order(ByteOrder.nativeOrder());
      OnnxJavaType type =
          switch (weight.type()) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case INT64 -> OnnxJavaType.INT64;
            case UINT8 -> OnnxJavaType.UINT8;
          };
      return OnnxTensor.createTensor(environment, data, weight.shape(), type);
    }
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
    OrtSession session = session(fullHead);
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
    OrtSession session = session(segments ? maskHead : boxHead);
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
    try {
      for (OrtSession session : sessions) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Cannot close a session: " + e.getMessage(), e);
    } finally {
      sessions.clear();
      mappedWeights.forEach(OnnxTensor::close);
      mappedWeights.clear();
    }
  }
}
