package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DamageTest {
  private final Damage damage = new Damage();

  @Test
  void lastsFromTheBrokenFrameToTheNextKeyFrame() {
    assertThat(damage.isDirty(true, false)).isFalse();
    assertThat(damage.isDirty(false, true)).isTrue();
    assertThat(damage.isDirty(false, false)).isTrue();
    assertThat(damage.isDirty(true, false)).isFalse();
    assertThat(damage.isDirty(false, false)).isFalse();
  }

  @Test
  void aStreamThatIsJoinedInBetweenIsDirtyUpToItsFirstKeyFrame() {
    assertThat(damage.isDirty(false, false)).isTrue();
    assertThat(damage.isDirty(true, false)).isFalse();
  }

  @Test
  void aBrokenKeyFrameEndsNoDamage() {
    damage.isDirty(false, true);
    assertThat(damage.isDirty(true, true)).isTrue();
    assertThat(damage.isDirty(false, false)).isTrue();
  }
}
