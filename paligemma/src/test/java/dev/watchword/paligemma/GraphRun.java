package dev.watchword.paligemma;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.OnnxGraph;
import dev.watchword.paligemma.graph.StoredTensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** A graph on its own, whose weights all lie in one directory. */
final class GraphRun implements AutoCloseable {
  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final OrtSession session;

  /**
   * @param optimised where the runtime writes the graph as it is after its own rewriting, or null
   */
  GraphRun(OnnxGraph graph, Path optimised) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      StoredTensor any = graph.weights().iterator().next();
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          any.file().getParent().toString());
      options.setIntraOpNumThreads(1);
      if (optimised != null) {
        options.setOptimizedModelFilePath(optimised.toString());
      }
      session = environment.createSession(graph.toBytes(), options);
    }
  }

  /** The first output for one input of floats. */
  float[] run(String input, FloatBuffer values, long... shape) throws OrtException {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, values, shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] floats = new float[output.remaining()];
      output.get(floats);
      return floats;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
