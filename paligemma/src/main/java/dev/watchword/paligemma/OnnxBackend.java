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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the graphs of one checkpoint on ONNX Runtime; the only class that knows it. All buffers must
 * be direct and in native order. May be used by several threads until it is closed.
 */
final class OnnxBackend implements AutoCloseable {
  static final String ENGINE = "OnnxRuntime";
  static final String PRECISION = "float32";

  private static final String WEIGHTS_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final ModelConfig.Text text;
  private final int vocabulary;
  private final List<OnnxTensor> mappedWeights = new ArrayList<>();
  private final List<OrtSession> sessions = new ArrayList<>();
  private final OrtSession vision;
  private final OrtSession decoder;
  private final OrtSession head;

  private OnnxBackend(Checkpoint checkpoint, int positions, int threads)
      throws CheckpointException, OrtException, IOException {
    this.text = checkpoint.config().text();
    this.vocabulary = checkpoint.vocabularySize();
    try {
      this.vision = open(VisionGraph.of(checkpoint), threads);
      this.decoder = open(DecoderGraph.of(checkpoint, positions), threads);
      this.head = open(HeadGraph.of(checkpoint), threads);
    } catch (CheckpointException | OrtException | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * @param positions upper bound of the positions of a row: image, prompt and answer
   */
  static OnnxBackend load(Checkpoint checkpoint, int positions, int threads)
      throws CheckpointException {
    try {
      return new OnnxBackend(checkpoint, positions, threads);
    } catch (OrtException | IOException e) {
      throw new CheckpointException(
          "ONNX Runtime cannot load %s: %s".formatted(checkpoint.directory(), e.getMessage()), e);
    }
  }

  private OrtSession open(OnnxGraph graph, int threads) throws OrtException, IOException {
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
   * with most of them; those that lie elsewhere are mapped here and handed over.
   */
  private void locateWeights(OnnxGraph graph, OrtSession.SessionOptions options)
      throws OrtException, IOException {
    Path folder = largestFolder(graph);
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

  private static Path largestFolder(OnnxGraph graph) {
    Map<Path, Long> bytes = new TreeMap<>();
    graph
        .weights()
        .forEach(weight -> bytes.merge(weight.file().getParent(), weight.length(), Long::sum));
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
          };
      return OnnxTensor.createTensor(environment, data, weight.shape(), type);
    }
  }

  /** How many logits a row has. */
  int vocabulary() {
    return vocabulary;
  }

  /** Image features {@code [frames,N,H]} in the runtime's memory. */
  static final class Features implements AutoCloseable {
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

  /** Keys and values of all positions so far, in the runtime's memory. */
  static final class Cache implements AutoCloseable {
    private final OrtSession.Result result;

    private Cache(OrtSession.Result result) {
      this.result = result;
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

  /**
   * Starts rows on their images and prompts; {@code logits [rows,V]} are those of the last token.
   */
  Cache prefill(Features features, Step step, FloatBuffer logits) {
    try (OnnxTensor empty =
        tensor(emptyFloats(), step.rows(), text.keyValueHeads(), 0, text.headSize())) {
      Map<String, OnnxTensor> past = new HashMap<>();
      for (int i = 0; i < text.layers(); i++) {
        past.put("past_k." + i, empty);
        past.put("past_v." + i, empty);
      }
      return advance(features.tensor(), past, step, logits);
    } catch (OrtException e) {
      throw new IllegalStateException("Prefill failed: " + e.getMessage(), e);
    }
  }

  /** Goes on with rows; {@code past} stays open. */
  Cache decode(Cache past, Step step, FloatBuffer logits) {
    try (OnnxTensor noImage = tensor(emptyFloats(), 1, 0, text.hidden())) {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      for (int i = 0; i < text.layers(); i++) {
        inputs.put("past_k." + i, output(past.result, "present_k." + i));
        inputs.put("past_v." + i, output(past.result, "present_v." + i));
      }
      return advance(noImage, inputs, step, logits);
    } catch (OrtException e) {
      throw new IllegalStateException("Decode step failed: " + e.getMessage(), e);
    }
  }

  private Cache advance(
      OnnxTensor features, Map<String, OnnxTensor> inputs, Step step, FloatBuffer logits)
      throws OrtException {
    int rows = step.rows();
    try (OnnxTensor frames = tensor(step.frames(), rows);
        OnnxTensor tokens = tensor(step.tokens(), rows, step.text());
        OnnxTensor positions = tensor(step.positions(), rows, step.steps());
        OnnxTensor bias = tensor(step.bias(), rows, 1, 1, step.keys());
        OnnxTensor last = tensor(step.last(), rows)) {
      inputs.put("image_features", features);
      inputs.put("frame", frames);
      inputs.put("input_ids", tokens);
      inputs.put("position_ids", positions);
      inputs.put("bias", bias);
      inputs.put("last", last);
      Cache cache = new Cache(decoder.run(inputs));
      try {
        applyHead(output(cache.result, "hidden"), rows, logits);
        return cache;
      } catch (OrtException | RuntimeException e) {
        cache.close();
        throw e;
      }
    }
  }

  private void applyHead(OnnxTensor hidden, int rows, FloatBuffer logits) throws OrtException {
    try (OnnxTensor output = tensor(logits, rows, vocabulary);
        OrtSession.Result result = head.run(Map.of("hidden", hidden), Map.of("logits", output))) {
      if (result.isResultOwner(0)) {
        throw new IllegalStateException("the runtime did not write the logits in place");
      }
    }
  }

  private static OnnxTensor output(OrtSession.Result result, String name) {
    return (OnnxTensor) result.get(name).orElseThrow();
  }

  private OnnxTensor tensor(FloatBuffer data, long... shape) throws OrtException {
    return OnnxTensor.createTensor(environment, data, shape);
  }

  private OnnxTensor tensor(LongBuffer data, long... shape) throws OrtException {
    return OnnxTensor.createTensor(environment, data, shape);
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
