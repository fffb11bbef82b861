package dev.watchword.paligemma.engine;

/**
 * Keeps DJL off the network. Its {@code Engine} class reports its use to its makers while it
 * initialises when it finds itself in their cloud, and its zoos look for models in the network.
 */
final class DjlNetwork {
  private static final String OFFLINE = "ai.djl.offline";
  private static final String NO_REPORTS = "OPT_OUT_TRACKING";

  private DjlNetwork() {}

  /** Call it before DJL's {@code Engine} class initialises. What the user has set stays. */
  static void off() {
    for (String property : new String[] {OFFLINE, NO_REPORTS}) {
      if (System.getProperty(property) == null) {
        System.setProperty(property, "true");
      }
    }
  }
}
