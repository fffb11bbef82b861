package dev.watchword.tensorrt;

import dev.watchword.paligemma.graph.ModelConfig;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanShapes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * All that plans depend on: with the same key they are the same, with any other they must be built
 * anew. Plans run on no other TensorRT and on no other kind of GPU.
 *
 * @param facts by name
 */
record PlanKey(Map<String, String> facts) {
  /** Changes when the graphs change in a way that their sizes do not show. */
  private static final int GRAPHS = 1;

  PlanKey {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  static PlanKey of(PlanGraphs graphs, Probe.Found machine) {
    PlanShapes shapes = graphs.shapes();
    ModelConfig config = graphs.config();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("checkpoint", graphs.checkpoint().revision());
    facts.put("tensorrt", machine.tensorRt());
    facts.put("gpu", machine.gpu().name());
    facts.put("capability", machine.gpu().capability());
    facts.put("precision", graphs.products().name().toLowerCase(Locale.ROOT));
    facts.put("batches", shapes.batches().toString());
    facts.put("widths", shapes.widths().toString());
    facts.put("texts", shapes.texts().toString());
    facts.put("words", Integer.toString(shapes.words()));
    facts.put("positions", Integer.toString(shapes.capacity(config)));
    facts.put("graphs", Integer.toString(GRAPHS));
    return new PlanKey(facts);
  }

  /** Sixteen hexadecimal digits. */
  String digits() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      facts.forEach((name, value) -> digest.update(bytes(name + "=" + value + "\n")));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has SHA-256", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
