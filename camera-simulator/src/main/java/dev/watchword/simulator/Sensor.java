package dev.watchword.simulator;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/**
 * What a sensor makes of a picture: less light, no colour at night, noise.
 *
 * @param light factor on each channel, 1 by day
 * @param colour false for an infrared camera's grey
 * @param noise standard deviation in steps of 255
 */
record Sensor(double light, boolean colour, double noise) {
  private static final int GRAINS = 1 << 14;

  static Sensor random(Dice dice) {
    double light = dice.chance(0.3) ? dice.uniform(0.35, 0.8) : 1;
    return new Sensor(light, !dice.chance(0.2), dice.uniform(0, 5));
  }

  /**
   * Grains of noise to be used again and again: drawing a Gaussian for each pixel would cost more
   * than drawing the scene.
   */
  short[] grains(Dice dice) {
    short[] grains = new short[GRAINS];
    for (int i = 0; i < GRAINS; i++) {
      grains[i] = (short) Math.round(dice.gaussian() * noise);
    }
    return grains;
  }

  /**
   * Changes the picture in place.
   *
   * @param grains from {@link #grains}
   * @param frame frames of different numbers get different noise
   */
  void expose(BufferedImage picture, short[] grains, long frame) {
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    int gain = (int) Math.round(light * 256);
    int state = (int) (frame * 0x9E3779B9L) | 1;
    for (int i = 0; i < pixels.length; i++) {
      state =
          state * 1664525
              + 1013904223; // Numerical Recipes' generator; its high bits pick the grain
      int grain = grains[state >>> 18];
      int red = (pixels[i] >> 16 & 255) * gain >> 8;
      int green = (pixels[i] >> 8 & 255) * gain >> 8;
      int blue = (pixels[i] & 255) * gain >> 8;
      if (!colour) {
        red = green = blue = (red + green + blue) / 3;
      }
      pixels[i] = clamp(red + grain) << 16 | clamp(green + grain) << 8 | clamp(blue + grain);
    }
  }

  private static int clamp(int channel) {
    return channel < 0 ? 0 : Math.min(channel, 255);
  }
}
