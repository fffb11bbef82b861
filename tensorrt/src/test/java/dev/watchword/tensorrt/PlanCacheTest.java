package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCacheTest {
  private static final PlanKey KEY = new PlanKey(Map.of("checkpoint", "a1", "gpu", "NVIDIA H200"));

  @TempDir Path root;
  private final AtomicInteger built = new AtomicInteger();

  private PlanCache.Entry get(PlanKey key) throws IOException {
    return new PlanCache(root)
        .findOrBuild(
            key,
            folder -> {
              built.incrementAndGet();
              Files.writeString(folder.resolve("prefill.plan"), "prefill of " + key);
              Files.writeString(folder.resolve("step.plan"), "step of " + key);
            });
  }

  @Test
  void buildsOnceAndFindsAgain() throws Exception {
    assertThat(new PlanCache(root).find(KEY)).isEmpty();

    PlanCache.Entry first = get(KEY);
    PlanCache.Entry second = get(KEY);

    assertThat(built).hasValue(1);
    assertThat(second).isEqualTo(first);
    assertThat(second.plans()).containsOnlyKeys("prefill.plan", "step.plan");
    assertThat(second.bytes())
        .isEqualTo(
            Files.size(second.folder().resolve("prefill.plan"))
                + Files.size(second.folder().resolve("step.plan")));
  }

  @Test
  void anotherKeyHasItsOwnPlans() throws Exception {
    PlanKey other = new PlanKey(Map.of("checkpoint", "a1", "gpu", "NVIDIA H100"));

    assertThat(get(other).folder()).isNotEqualTo(get(KEY).folder());
    assertThat(built).hasValue(2);
    assertThat(new PlanCache(root).entries()).hasSize(2);
  }

  @Test
  void rebuildsDamagedPlans() throws Exception {
    Path plan = get(KEY).folder().resolve("step.plan");
    byte[] whole = Files.readAllBytes(plan);
    byte[] damaged = whole.clone();
    damaged[3] ^= 1;
    Files.write(plan, damaged);

    assertThat(new PlanCache(root).find(KEY)).isEmpty();
    get(KEY);
    assertThat(built).hasValue(2);
    assertThat(Files.readAllBytes(plan)).isEqualTo(whole);

    Files.delete(plan);
    get(KEY);
    assertThat(built).hasValue(3);
  }

  @Test
  void aBuildThatFailsLeavesNothingThatCounts() throws Exception {
    assertThatThrownBy(
            () ->
                new PlanCache(root)
                    .findOrBuild(
                        KEY,
                        folder -> {
                          Files.writeString(folder.resolve("prefill.plan"), "half");
                          throw new IOException("no space");
                        }))
        .hasMessage("no space");

    assertThat(new PlanCache(root).entries()).isEmpty();
    get(KEY);
    assertThat(built).hasValue(1);
  }

  @Test
  void listOfAnotherKeyInTheFolderDoesNotCount() throws Exception {
    Path folder = get(KEY).folder();
    Path list = folder.resolve("plans.json");
    Files.writeString(list, Files.readString(list).replace("H200", "A100"));

    assertThat(new PlanCache(root).find(KEY)).isEmpty();
  }
}
