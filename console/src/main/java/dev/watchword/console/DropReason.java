package dev.watchword.console;

import java.util.Locale;

/** Why a frame that reached the console was not drawn in a browser. */
enum DropReason {
  /** The browser took too long; counted per browser. */
  SLOW_VIEWER,
  /** A later frame of the camera was answered, and so shown, first. */
  OVERTAKEN,
  /** The same frame came before. */
  DUPLICATE,
  /** A later frame of the same session came before. */
  OUT_OF_ORDER,
  /** The picture alone is larger than the memory that a camera may use. */
  TOO_LARGE,
  /** More cameras than the console holds. */
  TOO_MANY_CAMERAS;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
