package dev.watchword.paligemma;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.OnnxGraph;
import dev.watchword.paligemma.graph.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Loads graphs with the weights that they name, and keeps them until it is closed. May be used by
 * several threads.
 */
final class OnnxSessions implements AutoCloseable {
  private static final String WEIGHTS_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final int threads;
  private final List<OnnxTensor> mappedWeights = new CopyOnWriteArrayList<>();
  private final List<OrtSession> sessions = new CopyOnWriteArrayList<>();

  /**
   * @param threads that work on one pass
   */
  OnnxSessions(int threads) {
    this.threads = threads;
  }

  /** A graph that is loaded when it is first needed. */
  final class Later {
    private final GraphSource source;
    private OrtSession session;

    private Later(GraphSource source) {
      this.source = source;
    }

    synchronized OrtSession get() {
      if (session == null) {
        try {
          session = open(source.build());
        } catch (OrtException | IOException | CheckpointException e) {
          throw new IllegalStateException("Cannot load an output head: " + e.getMessage(), e);
        }
      }
      return session;
    }
  }

  /** Builds a graph. */
  interface GraphSource {
    OnnxGraph build() throws CheckpointException;
  }

  Later later(GraphSource source) {
    return new Later(source);
  }

  OrtSession open(OnnxGraph graph) throws OrtException, IOException {
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
