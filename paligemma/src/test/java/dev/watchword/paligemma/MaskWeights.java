package dev.watchword.paligemma;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Made-up mask weights with the names and shapes of {@code vae-oid.npz}, the same as {@code
 * tools/golden/masks.py} makes.
 */
final class MaskWeights {
  private final Map<String, int[]> shapes = new TreeMap<>();
  private String type = "<f4";

  MaskWeights() {
    shapes.put("_vq_vae._embedding", new int[] {128, 512});
    layer("decoder.0", 128, 128, 512, 1, 1);
    for (int block = 2; block <= 3; block++) {
      layer("decoder." + block + ".net.0", 128, 128, 128, 3, 3);
      layer("decoder." + block + ".net.2", 128, 128, 128, 3, 3);
      layer("decoder." + block + ".net.4", 128, 128, 128, 1, 1);
    }
    layer("decoder.4", 128, 128, 128, 4, 4);
    layer("decoder.6", 64, 128, 64, 4, 4);
    layer("decoder.8", 32, 64, 32, 4, 4);
    layer("decoder.10", 16, 32, 16, 4, 4);
    layer("decoder.12", 1, 1, 16, 1, 1);
  }

  private void layer(String name, int out, int... weight) {
    shapes.put(name + ".weight", weight);
    shapes.put(name + ".bias", new int[] {out});
  }

  MaskWeights without(String name) {
    shapes.remove(name);
    return this;
  }

  MaskWeights shape(String name, int... shape) {
    shapes.put(name, shape);
    return this;
  }

  MaskWeights ofType(String descr) {
    type = descr;
    return this;
  }

  /** Writes the file and returns it. */
  Path to(Path file) {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      int tensor = 0;
      for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
        write(zip, entry.getValue(), values(tensor++, entry.getKey(), entry.getValue()));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(OutputStream out, int[] shape, float[] values) throws IOException {
    String dimensions =
        Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }\n"
            .formatted(type, dimensions, shape.length == 1 ? "," : "");
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    start.write(0x93);
    start.writeBytes("NUMPY".getBytes(StandardCharsets.US_ASCII));
    start.writeBytes(new byte[] {1, 0, (byte) header.length(), (byte) (header.length() >> 8)});
    start.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.write(start.toByteArray());
    out.write(data.array());
  }

  private static float[] values(int tensor, String name, int[] shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    double bound = bound(name, shape);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((noise(tensor, i) * 2 - 1) * bound);
    }
    return values;
  }

  private static double bound(String name, int[] shape) {
    if (name.endsWith("_embedding")) {
      return 1;
    }
    if (shape.length == 1) {
      return 0.1;
    }
    int inputs = shape[2] == 4 ? shape[0] * 4 : shape[1] * shape[2] * shape[3];
    return Math.sqrt(6.0 / inputs);
  }

  /** A number from 0 to 1 that depends on the tensor's and the element's index alone. */
  private static double noise(int tensor, int index) {
    int x = index + (int) (tensor * 0x9E3779B9L);
    x = (x ^ (x >>> 16)) * 0x7FEB352D;
    x = (x ^ (x >>> 15)) * 0x846CA68B;
    x ^= x >>> 16;
    return (x >>> 8) / (double) (1 << 24);
  }
}
