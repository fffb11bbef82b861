package dev.watchword.paligemma.graph;

import java.util.HashMap;
import java.util.Map;

/**
 * Moves values between 32-bit floats, in which norms, softmax and sums over layers are computed,
 * and the type in which matrices are multiplied. A cast is written once, however often it is asked
 * for; between equal types there is none.
 */
final class Casts {
  private final OnnxGraph graph;
  private final ElementType products;
  private final Map<String, String> done = new HashMap<>();

  /**
   * @param products type of the factors and results of matrix products
   */
  Casts(OnnxGraph graph, ElementType products) {
    this.graph = graph;
    this.products = products;
  }

  ElementType products() {
    return products;
  }

  /** A value of any type in 32-bit floats. */
  String widen(String value, ElementType type) {
    return type == ElementType.FLOAT32 ? value : cast(value, ElementType.FLOAT32);
  }

  /** The result of a product in 32-bit floats. */
  String widen(String product) {
    return widen(product, products);
  }

  /** A value in 32-bit floats as a factor. */
  String narrow(String value) {
    return products == ElementType.FLOAT32 ? value : cast(value, products);
  }

  /** The same as a node that may be given a name. */
  OnnxGraph.Node narrowed(OnnxGraph.Node value) {
    return products == ElementType.FLOAT32 ? value : node(value.result(), products);
  }

  private String cast(String value, ElementType to) {
    return done.computeIfAbsent(value + " " + to, key -> node(value, to).result());
  }

  private OnnxGraph.Node node(String value, ElementType to) {
    return graph.node("Cast", value).with("to", to.onnxCode());
  }
}
