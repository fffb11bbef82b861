package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCacheTest {
  private static final PlanKey KEY = new PlanKey(Map.of("checkpoint", "a1", "gpu", "NVIDIA H200"));

  private static final List<String> PLANS = List.of("prefill.plan", "step.plan");

  @TempDir Path root;
  private final List<String> built = new ArrayList<>();

  private PlanCache.Entry get(PlanKey key) throws Exception {
    return new PlanCache(root)
        .findOrBuild(
            key,
            PLANS,
            (plan, file) -> {
              built.add(plan);
              Files.writeString(file, plan + " of " + key);
            });
  }

  @Test
  void buildsOnceAndFindsAgain() throws Exception {
    assertThat(new PlanCache(root).find(KEY)).isEmpty();

    PlanCache.Entry first = get(KEY);
    PlanCache.Entry second = get(KEY);

    assertThat(built).containsExactlyElementsOf(PLANS);
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
    assertThat(built).hasSize(4);
    assertThat(new PlanCache(root).entries()).hasSize(2);
  }

  @Test
  void rebuildsDamagedPlansAlone() throws Exception {
    Path plan = get(KEY).folder().resolve("step.plan");
    byte[] whole = Files.readAllBytes(plan);
    byte[] damaged = whole.clone();
    damaged[3] ^= 1;
    Files.write(plan, damaged);
    built.clear();

    assertThat(new PlanCache(root).find(KEY)).isEmpty();
    get(KEY);
    assertThat(built).containsExactly("step.plan");
    assertThat(Files.readAllBytes(plan)).isEqualTo(whole);

    Files.delete(plan);
    get(KEY);
    assertThat(built).containsExactly("step.plan", "step.plan");
  }

  @Test
  void aBuildThatIsCutOffGoesOnWithWhatItHadNotFinished() throws Exception {
    assertThatThrownBy(
            () ->
                new PlanCache(root)
                    .findOrBuild(
                        KEY,
                        PLANS,
                        (plan, file) -> {
                          Files.writeString(file, plan + " of " + KEY);
                          if (plan.equals("step.plan")) {
                            throw new CheckpointException("the GPU's memory does not do");
                          }
                        }))
        .hasMessage("the GPU's memory does not do");

    assertThat(new PlanCache(root).entries()).isEmpty();
    PlanCache.Entry entry = get(KEY);
    assertThat(built).containsExactly("step.plan");
    assertThat(entry.plans()).containsOnlyKeys("prefill.plan", "step.plan");
    try (Stream<Path> files = Files.list(entry.folder())) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void listOfAnotherKeyInTheFolderDoesNotCount() throws Exception {
    Path folder = get(KEY).folder();
    Path list = folder.resolve("plans.json");
    Files.writeString(list, Files.readString(list).replace("H200", "A100"));

    assertThat(new PlanCache(root).find(KEY)).isEmpty();
    get(KEY);
    assertThat(built).hasSize(4);
  }

  @Test
  void plansWhoseListCannotBeReadAreNotTrusted() throws Exception {
    Files.writeString(get(KEY).folder().resolve("plans.json"), "{");

    get(KEY);

    assertThat(built).hasSize(4);
  }
}
