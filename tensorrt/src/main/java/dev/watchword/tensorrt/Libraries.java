package dev.watchword.tensorrt;

import java.util.Optional;

/** Shared libraries of the machine, by the name that the linker knows them by. */
interface Libraries {
  /** The library, or nothing when the linker does not find it. */
  Optional<Library> open(String name);

  /** Functions of a C interface. */
  interface Library {
    /** Calls a function that returns an integer. */
    int call(String function, Object... arguments);
  }
}
