package dev.watchword.paligemma.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds an ONNX model. Values are named by strings; weights stay in the checkpoint's files as
 * external data. Field numbers are those of onnx.proto3. Confined to one thread.
 */
public final class OnnxGraph {
  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;

  /** The oldest version of the standard that has all that we use of it: compilers lag behind. */
  private static final int OPSET_OF_COMPILERS = 20;

  private static final String MICROSOFT = "com.microsoft";

  private final List<Protobuf> nodes = new ArrayList<>();
  private final List<Protobuf> inputs = new ArrayList<>();
  private final List<Protobuf> outputs = new ArrayList<>();
  private final Map<String, Protobuf> constants = new LinkedHashMap<>();
  private final Map<String, StoredTensor> weights = new LinkedHashMap<>();
  private int fresh;

  private final boolean standard;

  /** A graph for ONNX Runtime, with operators of its own. */
  OnnxGraph() {
    this(false);
  }

  private OnnxGraph(boolean standard) {
    this.standard = standard;
  }

  /** A graph for any engine that knows the ONNX standard. */
  static OnnxGraph standard() {
    return new OnnxGraph(true);
  }

  /** Declares an input; a dimension is a number or, when it varies, a name. */
  void input(String name, ElementType type, Object... dimensions) {
    inputs.add(valueInfo(name, type, dimensions));
  }

  void output(String name, ElementType type, Object... dimensions) {
    outputs.add(valueInfo(name, type, dimensions));
  }

  Node node(String operator, String... operands) {
    return new Node(operator, operands);
  }

  /** The single output of a node without attributes. */
  String apply(String operator, String... operands) {
    return node(operator, operands).result();
  }

  String scalar(String name, float value) {
    return floats(name, new long[0], value);
  }

  String floats(String name, long[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return constant(name, ElementType.FLOAT32, shape, data.array());
  }

  /** A vector of integers, as shape operands need it. */
  String integers(long... values) {
    StringBuilder name = new StringBuilder("integers");
    for (long value : values) {
      name.append('_').append(value);
    }
    return integers(name.toString(), values);
  }

  /** A vector of integers under a name of its own. */
  String integers(String name, long[] values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(values);
    return constant(name, ElementType.INT64, new long[] {values.length}, data.array());
  }

  /** An unsigned scalar. */
  String octet(String name, byte value) {
    return constant(name, ElementType.UINT8, new long[0], new byte[] {value});
  }

  private String constant(String name, ElementType type, long[] shape, byte[] data) {
    constants.computeIfAbsent(name, key -> tensor(key, type, shape).bytes(9, data));
    return name;
  }

  /** An initializer whose bytes stay in the tensor's file. */
  String weight(StoredTensor tensor) {
    if (weights.putIfAbsent(tensor.name(), tensor) == null) {
      constants.put(
          tensor.name(),
          tensor(tensor.name(), tensor.type(), tensor.shape())
              .message(13, entry("location", tensor.file().getFileName().toString()))
              .message(13, entry("offset", Long.toString(tensor.offset())))
              .message(13, entry("length", Long.toString(tensor.length())))
              .integer(14, 1));
    }
    return tensor.name();
  }

  /** The weights that the model refers to. */
  public Collection<StoredTensor> weights() {
    return weights.values();
  }

  /**
   * The serialised {@code ModelProto}. External data is located by file name alone: the reader must
   * be told the directory, or be given the weights.
   */
  public byte[] toBytes() {
    Protobuf graph = new Protobuf();
    nodes.forEach(node -> graph.message(1, node));
    graph.string(2, "paligemma");
    constants.values().forEach(constant -> graph.message(5, constant));
    inputs.forEach(input -> graph.message(11, input));
    outputs.forEach(output -> graph.message(12, output));
    int opset = standard ? OPSET_OF_COMPILERS : OPSET;
    Protobuf model =
        new Protobuf()
            .integer(1, IR_VERSION)
            .string(2, "watchword")
            .message(7, graph)
            .message(8, new Protobuf().string(1, "").integer(2, opset));
    if (!standard) {
      model.message(8, new Protobuf().string(1, MICROSOFT).integer(2, 1));
    }
    return model.toBytes();
  }

  private static Protobuf tensor(String name, ElementType type, long[] shape) {
    Protobuf tensor = new Protobuf();
    for (long dimension : shape) {
      tensor.integer(1, dimension);
    }
    return tensor.integer(2, type.onnxCode()).string(8, name);
  }

  private static Protobuf entry(String key, String value) {
    return new Protobuf().string(1, key).string(2, value);
  }

  private static Protobuf valueInfo(String name, ElementType type, Object... dimensions) {
    Protobuf shape = new Protobuf();
    for (Object dimension : dimensions) {
      Protobuf size =
          dimension instanceof Number number
              ? new Protobuf().integer(1, number.longValue())
              : new Protobuf().string(2, (String) dimension);
      shape.message(1, size);
    }
    Protobuf tensorType = new Protobuf().integer(1, type.onnxCode()).message(2, shape);
    return new Protobuf().string(1, name).message(2, new Protobuf().message(1, tensorType));
  }

  /** One operator call under construction; {@link #result()} adds it to the graph. */
  final class Node {
    private final String operator;
    private final Protobuf proto = new Protobuf();

    private Node(String operator, String... operands) {
      this.operator = operator;
      for (String operand : operands) {
        proto.string(1, operand);
      }
    }

    Node with(String attribute, long value) {
      return attribute(new Protobuf().string(1, attribute).integer(3, value).integer(20, 2));
    }

    Node with(String attribute, float value) {
      return attribute(new Protobuf().string(1, attribute).float32(2, value).integer(20, 1));
    }

    Node with(String attribute, String value) {
      return attribute(new Protobuf().string(1, attribute).string(4, value).integer(20, 3));
    }

    Node with(String attribute, long[] values) {
      Protobuf list = new Protobuf().string(1, attribute);
      for (long value : values) {
        list.integer(8, value);
      }
      return attribute(list.integer(20, 7));
    }

    private Node attribute(Protobuf attribute) {
      proto.message(5, attribute);
      return this;
    }

    /** Takes the operator from ONNX Runtime's own domain. */
    Node microsoft() {
      if (standard) {
        throw new IllegalStateException(operator + " is no operator of the standard");
      }
      proto.string(7, MICROSOFT);
      return this;
    }

    String result() {
      return result(operator + "_" + fresh++);
    }

    /** Several outputs. */
    String[] results(int count) {
      String[] names = new String[count];
      for (int i = 0; i < count; i++) {
        names[i] = operator + "_" + fresh++;
        proto.string(2, names[i]);
      }
      proto.string(3, names[0]).string(4, operator);
      nodes.add(proto);
      return names;
    }

    String result(String name) {
      proto.string(2, name).string(3, name).string(4, operator);
      nodes.add(proto);
      return name;
    }
  }
}
