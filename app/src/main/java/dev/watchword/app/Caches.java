package dev.watchword.app;

import java.nio.file.Path;

/** Where unpacked and drawn files are kept between runs; all of them can be deleted at any time. */
final class Caches {
  private Caches() {}

  private static Path root() {
    String own = System.getenv("WATCHWORD_CACHE");
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("watchword");
  }

  static Path checkpoint() {
    return root().resolve("checkpoint");
  }

  static Path archive() {
    return root().resolve("archive");
  }

  static Path scenes() {
    return root().resolve("scenes");
  }
}
