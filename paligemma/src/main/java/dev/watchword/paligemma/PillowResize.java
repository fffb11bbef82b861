package dev.watchword.paligemma;

import java.util.Arrays;

/**
 * Resizes 8-bit RGB exactly as Pillow does, bit for bit: antialiased, 22-bit fixed-point weights, a
 * horizontal pass to 8 bits and then a vertical one.
 */
final class PillowResize {
  private static final int PRECISION_BITS = 22;
  private static final int HALF = 1 << (PRECISION_BITS - 1);

  /** Filters by Pillow's {@code resample} numbers. */
  enum Filter {
    LANCZOS(1, 3),
    BILINEAR(2, 1),
    BICUBIC(3, 2);

    private final int number;
    private final double support;

    Filter(int number, double support) {
      this.number = number;
      this.support = support;
    }

    /** The filter of that number, or null when it is another kind of resampling. */
    static Filter numbered(int number) {
      for (Filter filter : values()) {
        if (filter.number == number) {
          return filter;
        }
      }
      return null;
    }

    private double weight(double offset) {
      double x = Math.abs(offset);
      return switch (this) {
        case LANCZOS -> x < 3 ? sinc(x) * sinc(x / 3) : 0;
        case BILINEAR -> x < 1 ? 1 - x : 0;
        case BICUBIC -> cubic(x);
      };
    }

    /** Keys' cubic with a = -0.5. */
    private static double cubic(double x) {
      double a = -0.5;
      if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double sinc(double x) {
      return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }
  }

  /** For each output position the first input position, how many, and their weights. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Taps(int[] first, int[][] weights) {
    static Taps of(int in, int out, Filter filter) {
      double scale = (double) in / out;
      double stretch = Math.max(scale, 1);
      double support = filter.support * stretch;
      int[] first = new int[out];
      int[][] weights = new int[out][];
      for (int i = 0; i < out; i++) {
        double center = (i + 0.5) * scale;
        first[i] = Math.max(0, (int) (center - support + 0.5));
        int end = Math.min(in, (int) (center + support + 0.5));
        weights[i] = weights(first[i], end - first[i], center, stretch, filter);
      }
      return new Taps(first, weights);
    }

    private static int[] weights(
        int first, int count, double center, double stretch, Filter filter) {
      double[] exact = new double[count];
      double sum = 0;
      double inverse = 1 / stretch;
      for (int k = 0; k < count; k++) {
        exact[k] = filter.weight((k + first - center + 0.5) * inverse);
        sum += exact[k];
      }
      int[] fixed = new int[count];
      for (int k = 0; k < count; k++) {
        double weight = sum == 0 ? exact[k] : exact[k] / sum;
        fixed[k] = (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
      }
      return fixed;
    }
  }

  private PillowResize() {}

  /** The picture squeezed or stretched to {@code width x height}; itself when that is its size. */
  static RgbImage resize(RgbImage image, int width, int height, Filter filter) {
    RgbImage narrowed = image.width() == width ? image : horizontally(image, width, filter);
    return narrowed.height() == height ? narrowed : vertically(narrowed, height, filter);
  }

  private static RgbImage horizontally(RgbImage image, int width, Filter filter) {
    Taps taps = Taps.of(image.width(), width, filter);
    byte[] in = image.rgb();
    byte[] out = new byte[width * image.height() * 3];
    int to = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width();
      for (int x = 0; x < width; x++) {
        int from = (row + taps.first[x]) * 3;
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        for (int weight : taps.weights[x]) {
          red += (in[from] & 0xFF) * weight;
          green += (in[from + 1] & 0xFF) * weight;
          blue += (in[from + 2] & 0xFF) * weight;
          from += 3;
        }
        out[to++] = clamp(red);
        out[to++] = clamp(green);
        out[to++] = clamp(blue);
      }
    }
    return new RgbImage(width, image.height(), out);
  }

  private static RgbImage vertically(RgbImage image, int height, Filter filter) {
    Taps taps = Taps.of(image.height(), height, filter);
    int stride = image.width() * 3;
    byte[] in = image.rgb();
    byte[] out = new byte[stride * height];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, HALF);
      int from = taps.first[y] * stride;
      for (int weight : taps.weights[y]) {
        for (int x = 0; x < stride; x++) {
          sums[x] += (in[from + x] & 0xFF) * weight;
        }
        from += stride;
      }
      for (int x = 0; x < stride; x++) {
        out[y * stride + x] = clamp(sums[x]);
      }
    }
    return new RgbImage(image.width(), height, out);
  }

  private static byte clamp(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
  }
}
