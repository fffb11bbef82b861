package dev.watchword.tensorrt.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sentences; nothing here loads a library. */
class CudaTest {
  private static final String WAY_OUT =
      "use a smaller batch or precision bf16, or end what else runs on it.";
  private static final long GIB = 1L << 30;

  @Test
  void namesWhatTheMemoryDidNotDoFor() {
    assertThatThrownBy(() -> Cuda.check(2, "allocate memory for keys and values"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The GPU's memory does not do (cannot allocate memory for keys and values): "
                + WAY_OUT);
    assertThatCode(() -> Cuda.check(0, "allocate memory")).doesNotThrowAnyException();
  }

  @Test
  void refusesAModelThatIsLargerThanWhatIsFree() {
    assertThatThrownBy(() -> Cuda.requireFree(7 * GIB, "this model", 5 * GIB / 2))
        .hasMessage("The GPU has 2.5 GiB of memory free and this model takes 7.0 GiB: " + WAY_OUT);
    assertThatCode(() -> Cuda.requireFree(7 * GIB, "this model", 7 * GIB))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error Code 2: OutOfMemory (no further information)",
        "[defaultAllocator.cpp::allocate::19] Error Code 1: Cuda Runtime (out of memory)"
      })
  void takesALackOfMemoryForThatWhoeverSaysIt(String said) {
    assertThat(Cuda.failed("create a context", said))
        .hasMessage("The GPU's memory does not do (cannot create a context): " + WAY_OUT);
  }

  @Test
  void saysWhatTensorRtSays() {
    assertThat(Cuda.failed("read step.plan", "Serialization assertion failed: magicTag"))
        .hasMessage("TensorRT cannot read step.plan: Serialization assertion failed: magicTag");
  }
}
