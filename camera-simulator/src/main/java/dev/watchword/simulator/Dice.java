package dev.watchword.simulator;

import java.awt.Color;
import java.util.List;
import java.util.Random;

/**
 * Seeded draws. {@link Random} because its sequence is part of its specification: a seed means the
 * same on each Java. Not thread-safe.
 */
final class Dice {
  private final Random random;

  Dice(long seed) {
    // Neighbouring seeds give alike first draws from Random: spread them (the 64-bit finalizer of
    // SplitMix64).
    long mixed = seed + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    random = new Random(mixed ^ (mixed >>> 31));
  }

  double uniform(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** A whole number from {@code low} to {@code high}, both included. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  double gaussian() {
    return random.nextGaussian();
  }

  long seed() {
    return random.nextLong();
  }

  <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** An index drawn with the given weights. */
  int weighted(double... weights) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    double left = random.nextDouble() * total;
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  /** A colour whose channels lie between {@code low} and {@code high}. */
  Color colour(int low, int high) {
    return new Color(between(low, high), between(low, high), between(low, high));
  }

  /** The colour, each channel moved by up to {@code spread}. */
  Color near(Color colour, int spread) {
    return new Color(
        clamp(colour.getRed() + between(-spread, spread)),
        clamp(colour.getGreen() + between(-spread, spread)),
        clamp(colour.getBlue() + between(-spread, spread)));
  }

  private static int clamp(int channel) {
    return Math.max(0, Math.min(255, channel));
  }
}
