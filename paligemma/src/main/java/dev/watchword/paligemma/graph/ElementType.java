package dev.watchword.paligemma.graph;

/** Element types that occur in a checkpoint or a graph, with their ONNX {@code DataType} number. */
public enum ElementType {
  FLOAT32(1, 4),
  UINT8(2, 1),
  INT64(7, 8),
  FLOAT16(10, 2),
  BFLOAT16(16, 2);

  private final int onnxCode;
  private final int bytes;

  ElementType(int onnxCode, int bytes) {
    this.onnxCode = onnxCode;
    this.bytes = bytes;
  }

  int onnxCode() {
    return onnxCode;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
