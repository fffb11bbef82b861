package dev.watchword.tensorrt;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;

/** The libraries of this machine, through JNA: nothing of NVIDIA is needed to load it. */
final class SystemLibraries implements Libraries {
  /** No status of any library: it is not the one that its name promises. */
  private static final int NO_SUCH_FUNCTION = -1;

  @Override
  public Optional<Library> open(String name) {
    try {
      NativeLibrary library = NativeLibrary.getInstance(name);
      return Optional.of((function, arguments) -> call(library, function, arguments));
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  private static int call(NativeLibrary library, String function, Object... arguments) {
    Function found;
    try {
      found = library.getFunction(function);
    } catch (UnsatisfiedLinkError e) {
      return NO_SUCH_FUNCTION;
    }
    return found.invokeInt(arguments);
  }
}
