package dev.watchword.simulator;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A drawn picture and what is in it.
 *
 * @param picture {@link BufferedImage#TYPE_INT_RGB}, full-range sRGB; the receiver owns it
 * @param truth visible objects, farthest first
 */
public record DrawnFrame(BufferedImage picture, List<TruthBox> truth) {
  public DrawnFrame {
    truth = List.copyOf(truth);
  }
}
