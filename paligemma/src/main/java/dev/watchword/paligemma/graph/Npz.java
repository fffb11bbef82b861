package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads NumPy's archive of arrays: a zip file with a {@code NAME.npy} for each. Takes 32-bit
 * little-endian floats in row-major order, which is what it is asked for. Used by one thread.
 */
final class Npz implements AutoCloseable {
  private static final String MAGIC = "\u0093NUMPY";
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': *'(?<type>[^']*)'.*'fortran_order': *(?<fortran>\\w+).*'shape': *\\((?<shape>[^)]*)\\)",
          Pattern.DOTALL);

  private final Path file;
  private final ZipFile zip;

  private Npz(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  static Npz open(Path file) throws CheckpointException {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException("there is no file %s with mask weights.".formatted(file));
    }
    try {
      return new Npz(file, new ZipFile(file.toFile()));
    } catch (ZipException e) {
      throw new CheckpointException(
          "%s is no .npz archive of arrays (%s): download it again."
              .formatted(file, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  /** The array, which must have this shape. */
  float[] floats(String name, long... shape) throws CheckpointException {
    ZipEntry entry = zip.getEntry(name + ".npy");
    if (entry == null) {
      throw new CheckpointException(
          "%s has no array '%s': it is not the file of the models' mask weights."
              .formatted(file, name));
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return floats(name, ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN), shape);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s is damaged at array '%s' (%s): download it again."
              .formatted(file, name, e.getMessage()),
          e);
    }
  }

  private float[] floats(String name, ByteBuffer npy, long... shape) throws CheckpointException {
    Matcher header = HEADER.matcher(header(name, npy));
    if (!header.find()) {
      throw new CheckpointException(
          "%s: the header of array '%s' says no shape.".formatted(file, name));
    }
    if (!header.group("type").equals("<f4") || !header.group("fortran").equals("False")) {
      throw new CheckpointException(
          "%s: array '%s' is of type %s%s; 32-bit floats in row-major order ('<f4') are needed."
              .formatted(
                  file,
                  name,
                  header.group("type"),
                  header.group("fortran").equals("True") ? " in column-major order" : ""));
    }
    long[] found =
        Arrays.stream(header.group("shape").split(","))
            .map(String::strip)
            .filter(dimension -> dimension.matches("\\d{1,9}"))
            .mapToLong(Long::parseLong)
            .toArray();
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (!Arrays.equals(found, shape) || npy.remaining() != elements * Float.BYTES) {
      throw new CheckpointException(
          "%s: array '%s' has the shape %s in %d bytes, not %s."
              .formatted(
                  file, name, Arrays.toString(found), npy.remaining(), Arrays.toString(shape)));
    }
    float[] values = new float[npy.remaining() / Float.BYTES];
    npy.asFloatBuffer().get(values);
    return values;
  }

  /** Magic, version, the header's length in 2 or, since version 2, 4 bytes, and the header. */
  private String header(String name, ByteBuffer npy) throws CheckpointException {
    byte[] start = new byte[MAGIC.length()];
    if (npy.remaining() > 12) {
      npy.get(start);
      int major = npy.get();
      npy.get();
      int length = major == 1 ? Short.toUnsignedInt(npy.getShort()) : npy.getInt();
      if (Arrays.equals(start, MAGIC.getBytes(StandardCharsets.ISO_8859_1))
          && length > 0
          && length <= npy.remaining()) {
        byte[] header = new byte[length];
        npy.get(header);
        return new String(header, StandardCharsets.UTF_8);
      }
    }
    throw new CheckpointException(
        "%s: '%s' is no NumPy array: download the file again.".formatted(file, name));
  }

  @Override
  public void close() throws CheckpointException {
    try {
      zip.close();
    } catch (IOException e) {
      throw new CheckpointException("Cannot close " + file + ": " + e, e);
    }
  }
}
