package dev.watchword.tensorrt;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;

/** The libraries of this machine, through JNA: nothing of NVIDIA is needed to load it. */
final class SystemLibraries implements Libraries {
  @Override
  public Optional<Library> open(String name) {
    try {
      NativeLibrary library = NativeLibrary.getInstance(name);
      return Optional.of(
          (function, arguments) -> {
            Function found = library.getFunction(function);
            return found.invokeInt(arguments);
          });
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }
}
