package dev.watchword.tensorrt.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheLayoutTest {
  @ParameterizedTest
  @CsvSource({"36,32,1,416,512", "52,8,4,288,512", "4,3,2,41,64", "4,1,1,7,24", "8,3,1,1,32"})
  void eachCacheBeginsWhereTensorsMayAndHoldsAllItsRows(
      int caches, long rows, long heads, long positions, long positionBytes) {
    CacheLayout layout = CacheLayout.of(caches, rows, heads, positions, positionBytes);

    for (int i = 0; i < caches; i++) {
      assertThat(layout.offset(i) % DeviceBuffer.ALIGNMENT).isZero();
    }
    long needed = rows * heads * positions * positionBytes;
    assertThat(layout.offset(1)).isBetween(needed, needed + 255 * positions * positionBytes);
    assertThat(layout.bytes()).isEqualTo(layout.offset(caches));
    // What a copy of a box needs: slices follow each other after so many whole pitches.
    assertThat(layout.offset(1)).isEqualTo(layout.pitch() * layout.height());
  }
}
