package dev.watchword.simulator;

import java.awt.Color;

/** Where a drawn camera hangs: decides the light, the lines on the ground and who passes. */
public enum Setting {
  /** People cross; one leaves a bag behind and fetches it later; now and then a car. */
  YARD(new Color(118, 158, 204), new Color(200, 192, 174), new Color(104, 106, 100)),
  /** Cars and trucks drive both ways along a road; a walker on the pavement. */
  STREET(new Color(84, 100, 156), new Color(192, 156, 136), new Color(66, 70, 84)),
  /** A parked car and a parked truck; people and cars come and go. */
  LOT(new Color(146, 168, 182), new Color(180, 184, 174), new Color(88, 102, 102));

  final Color zenith;
  final Color haze;
  final Color foreground;

  Setting(Color zenith, Color haze, Color foreground) {
    this.zenith = zenith;
    this.haze = haze;
    this.foreground = foreground;
  }
}
