package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The tensors of a safetensors file in memory, to be written again in another form. */
record Weights(Map<String, Tensor> tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Tensor(String type, long[] shape, float[] values) {}

  static Weights read(byte[] file) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) data.getLong();
    JsonNode header = JSON.readTree(file, 8, length);
    Map<String, Tensor> tensors = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.put(entry.getKey(), tensor(entry.getValue(), data, 8 + length));
      }
    }
    return new Weights(tensors);
  }

  private static Tensor tensor(JsonNode entry, ByteBuffer data, int start) {
    String type = entry.get("dtype").asText();
    long[] shape = Arrays.stream(Golden.ints(entry.get("shape"))).asLongStream().toArray();
    int begin = start + entry.get("data_offsets").get(0).asInt();
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case "F32" -> data.getFloat(begin + 4 * i);
            case "F16" -> Float.float16ToFloat(data.getShort(begin + 2 * i));
            default -> Float.intBitsToFloat(data.getShort(begin + 2 * i) << 16);
          };
    }
    return new Tensor(type, shape, values);
  }

  Weights renamed(UnaryOperator<String> name) {
    Map<String, Tensor> renamed = new TreeMap<>();
    tensors.forEach((old, tensor) -> renamed.put(name.apply(old), tensor));
    return new Weights(renamed);
  }

  Weights only(Predicate<String> name) {
    Map<String, Tensor> some = new TreeMap<>(tensors);
    some.keySet().removeIf(name.negate());
    return new Weights(some);
  }

  Weights as(String type) {
    Map<String, Tensor> cast = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> cast.put(name, new Tensor(type, tensor.shape(), tensor.values())));
    return new Weights(cast);
  }

  /** Values rounded to what 16-bit floats hold. */
  Weights roundedToHalf() {
    Map<String, Tensor> rounded = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          float[] values = tensor.values().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
          }
          rounded.put(name, new Tensor(tensor.type(), tensor.shape(), values));
        });
    return new Weights(rounded);
  }

  void write(Path file) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      int begin = data.size();
      data.writeBytes(bytes(entry.getValue()));
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", entry.getValue().type());
      Arrays.stream(entry.getValue().shape()).forEach(node.putArray("shape")::add);
      node.putArray("data_offsets").add(begin).add(data.size());
    }
    byte[] json = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(json.length).put(json).put(data.toByteArray());
    Files.write(file, out.array());
  }

  private static byte[] bytes(Tensor tensor) {
    int size = tensor.type().equals("F32") ? 4 : 2;
    ByteBuffer out =
        ByteBuffer.allocate(tensor.values().length * size).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : tensor.values()) {
      switch (tensor.type()) {
        case "F32" -> out.putFloat(value);
        case "F16" -> out.putShort(Float.floatToFloat16(value));
        default -> out.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }
    return out.array();
  }
}
