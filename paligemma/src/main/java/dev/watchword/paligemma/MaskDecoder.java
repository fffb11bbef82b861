package dev.watchword.paligemma;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.watchword.paligemma.graph.MaskGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Draws masks from the codes of segments, on ONNX Runtime. May be used by several threads until it
 * is closed.
 */
final class MaskDecoder implements AutoCloseable {
  /** The name of the weights' file as it is published. */
  static final String FILE = "vae-oid.npz";

  /** More masks in one pass would take memory for no speed. */
  private static final int MOST_AT_ONCE = 32;

  private final OrtEnvironment environment = OnnxEnvironment.get();
  private final OrtSession session;

  private MaskDecoder(byte[] graph, int threads) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      this.session = environment.createSession(graph, options);
    }
  }

  /**
   * @param file the weights; when empty, those in the checkpoint's directory, if there are any
   */
  static Optional<MaskDecoder> open(Optional<Path> file, Path checkpoint, int threads)
      throws CheckpointException {
    Path weights = file.orElse(checkpoint.resolve(FILE));
    if (file.isEmpty() && !Files.exists(weights)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new MaskDecoder(MaskGraph.of(weights).toBytes(), threads));
    } catch (OrtException e) {
      throw new CheckpointException(
          "ONNX Runtime cannot load the masks of %s: %s".formatted(weights, e.getMessage()), e);
    }
  }

  /** The same detections, those with a segment with its mask. */
  List<Detection> draw(List<Detection> detections) {
    List<Detection> shaped =
        detections.stream().filter(detection -> detection.segment().isPresent()).toList();
    List<Mask> masks = new ArrayList<>();
    for (int from = 0; from < shaped.size(); from += MOST_AT_ONCE) {
      int to = Math.min(shaped.size(), from + MOST_AT_ONCE);
      for (float[] levels :
          levels(shaped.subList(from, to).stream().map(MaskDecoder::codes).toList())) {
        masks.add(Mask.of(levels));
      }
    }
    List<Detection> drawn = new ArrayList<>();
    int next = 0;
    for (Detection detection : detections) {
      drawn.add(detection.segment().isPresent() ? detection.with(masks.get(next++)) : detection);
    }
    return drawn;
  }

  private static List<Integer> codes(Detection detection) {
    return detection.segment().orElseThrow().codes();
  }

  /** {@code SIDE * SIDE} numbers from about -1 to about 1 for each list of codes. */
  List<float[]> levels(List<List<Integer>> codes) {
    long[][] input = new long[codes.size()][];
    for (int i = 0; i < input.length; i++) {
      input[i] = codes.get(i).stream().mapToLong(Integer::longValue).toArray();
    }
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input);
        OrtSession.Result result = session.run(Map.of("codes", tensor))) {
      var output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      List<float[]> levels = new ArrayList<>();
      for (int i = 0; i < input.length; i++) {
        float[] one = new float[Mask.SIDE * Mask.SIDE];
        output.get(one);
        levels.add(one);
      }
      return levels;
    } catch (OrtException e) {
      throw new IllegalStateException("Mask decoder failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Cannot close a session: " + e.getMessage(), e);
    }
  }
}
