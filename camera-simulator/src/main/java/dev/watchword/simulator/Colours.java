package dev.watchword.simulator;

import java.awt.Color;

/** Arithmetic on colours. */
final class Colours {
  private Colours() {}

  static Color scaled(Color colour, double factor) {
    return new Color(
        (int) (colour.getRed() * factor),
        (int) (colour.getGreen() * factor),
        (int) (colour.getBlue() * factor));
  }

  /** From {@code a} at 0 to {@code b} at 1. */
  static Color between(Color a, Color b, double share) {
    double t = Math.max(0, Math.min(1, share));
    return new Color(
        (int) (a.getRed() * (1 - t) + b.getRed() * t),
        (int) (a.getGreen() * (1 - t) + b.getGreen() * t),
        (int) (a.getBlue() * (1 - t) + b.getBlue() * t));
  }
}
