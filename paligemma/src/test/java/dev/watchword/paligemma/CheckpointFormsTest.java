package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever form a checkpoint comes in, the answers are the same. */
class CheckpointFormsTest {
  private static final String SHARD_1 = "model-00001-of-00002.safetensors";
  private static final String SHARD_2 = "model-00002-of-00002.safetensors";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2})
  void loadsAsSavedByTransformers(String kind) throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory);
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @ParameterizedTest
  @ValueSource(strings = {TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2})
  void loadsHubSpellingOfNames(String kind) throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory);
    tiny.weights().renamed(CheckpointFormsTest::hubName).write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @Test
  void loadsStateDictSpellingOfNames() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    tiny.weights().renamed(name -> "model." + plain(name)).write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @Test
  void loadsWidenedWeights() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_2, directory);
    tiny.weights().as("F32").write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @Test
  void loadsHalfPrecisionWeights() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    Weights rounded = tiny.weights().roundedToHalf();
    rounded.write(tiny.file("model.safetensors"));
    List<String> wide = tiny.answers();
    rounded.as("F16").write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isEqualTo(wide);
  }

  @Test
  void loadsShards() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_2, directory);
    shard(tiny, tiny.file(SHARD_1), tiny.file(SHARD_2));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @Test
  void loadsSnapshotOfHuggingFaceCache() throws Exception {
    Path repository = directory.resolve("models--acme--tiny");
    Path snapshot = repository.resolve("snapshots").resolve("0123abcd");
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_2, snapshot);
    Path blobs = Files.createDirectories(repository.resolve("blobs"));
    shard(tiny, blobs.resolve("aaa"), blobs.resolve("bbb"));
    Files.createSymbolicLink(tiny.file(SHARD_1), Path.of("../../blobs/aaa"));
    Files.createSymbolicLink(tiny.file(SHARD_2), Path.of("../../blobs/bbb"));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
    try (PaliGemma model =
        PaliGemma.load(snapshot, ModelOptions.defaults().withThreads(1).withMaxNewTokens(1))) {
      assertThat(model.id().checkpoint()).isEqualTo("acme/tiny");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2})
  void loadsShardsThatLieInDifferentDirectories(String kind) throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory.resolve("model"));
    Path first = Files.createDirectories(directory.resolve("disk-1")).resolve("part");
    Path second = Files.createDirectories(directory.resolve("disk-2")).resolve("part");
    shard(tiny, first, second);
    Files.createSymbolicLink(tiny.file(SHARD_1), first);
    Files.createSymbolicLink(tiny.file(SHARD_2), second);
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());
  }

  @Test
  void loadsOwnHeadWhenNotTied() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(tiny.file("config.json").toFile());
    config.put("tie_word_embeddings", false);
    json.writeValue(tiny.file("config.json").toFile(), config);
    Weights weights = tiny.weights();
    Weights.Tensor table = weights.tensors().get(embeddingName(weights));
    weights.tensors().put("language_model.lm_head.weight", table);
    weights.write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isEqualTo(tiny.expectedAnswers());

    float[] flipped = table.values().clone();
    for (int i = 0; i < flipped.length; i++) {
      flipped[i] = -flipped[i];
    }
    weights
        .tensors()
        .put("language_model.lm_head.weight", new Weights.Tensor("F32", table.shape(), flipped));
    weights.write(tiny.file("model.safetensors"));
    assertThat(tiny.answers()).isNotEqualTo(tiny.expectedAnswers());
  }

  @Test
  void revisionChangesWithTheWeights() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    String before = revision();
    assertThat(revision()).isEqualTo(before);
    byte[] file = Files.readAllBytes(tiny.file("model.safetensors"));
    file[file.length / 2 + 100] ^= 1;
    Files.write(tiny.file("model.safetensors"), file);
    assertThat(revision()).isNotEqualTo(before);
  }

  private String revision() throws CheckpointException {
    return Checkpoint.open(directory).revision();
  }

  private static String embeddingName(Weights weights) {
    return weights.tensors().keySet().stream()
        .filter(name -> name.endsWith("embed_tokens.weight"))
        .findFirst()
        .orElseThrow();
  }

  private static void shard(TinyCheckpoint tiny, Path first, Path second) throws IOException {
    Files.delete(tiny.file("model.safetensors"));
    Weights weights = tiny.weights();
    Predicate<String> inFirst = name -> name.hashCode() % 2 == 0;
    weights.only(inFirst).write(first);
    weights.only(inFirst.negate()).write(second);
    ObjectMapper json = new ObjectMapper();
    ObjectNode index = json.createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    weights
        .tensors()
        .keySet()
        .forEach(name -> map.put(name, inFirst.test(name) ? SHARD_1 : SHARD_2));
    json.writeValue(tiny.file("model.safetensors.index.json").toFile(), index);
  }

  private static String hubName(String name) {
    return plain(name)
        .replaceFirst("^vision_tower\\.", "vision_tower.vision_model.")
        .replaceFirst("^language_model\\.", "language_model.model.");
  }

  /** As transformers 5 saves it. */
  private static String plain(String name) {
    return name.replaceFirst("^model\\.", "")
        .replace("vision_tower.vision_model.", "vision_tower.")
        .replace("language_model.model.", "language_model.");
  }
}
