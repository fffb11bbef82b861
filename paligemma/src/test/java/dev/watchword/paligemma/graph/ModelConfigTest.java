package dev.watchword.paligemma.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations as the hub has them: what they leave out is known. */
class ModelConfigTest {
  private static final String VERSION_1 =
      """
      {"model_type":"paligemma","hidden_size":2048,"image_token_index":257152,"projection_dim":2048,
       "torch_dtype":"float32",
       "text_config":{"hidden_size":2048,"intermediate_size":16384,"model_type":"gemma",
         "num_attention_heads":8,"num_hidden_layers":18,"num_image_tokens":256,
         "num_key_value_heads":1,"torch_dtype":"float32","vocab_size":257216},
       "vision_config":{"hidden_size":1152,"intermediate_size":4304,
         "model_type":"siglip_vision_model","num_attention_heads":16,"num_hidden_layers":27,
         "num_image_tokens":256,"patch_size":14,"projection_dim":2048,
         "projector_hidden_act":"gelu_fast","vision_use_head":false}}
      """;

  private static ModelConfig read(String json) throws Exception {
    return ModelConfig.read(new ObjectMapper().readTree(json), "config.json");
  }

  @Test
  void sparseConfigOfVersion1() throws Exception {
    ModelConfig config = read(VERSION_1);
    assertThat(config.vision()).isEqualTo(new ModelConfig.Vision(1152, 27, 16, 4304, 224, 14));
    assertThat(config.vision().tokens()).isEqualTo(256);
    ModelConfig.Text text = config.text();
    assertThat(text.gemma2()).isFalse();
    assertThat(text.headSize()).isEqualTo(256);
    assertThat(text.attentionScale()).isEqualTo(1 / 16.0);
    assertThat(text.attentionSoftcap()).isEmpty();
    assertThat(text.ropeTheta()).isEqualTo(10_000);
    assertThat(text.epsilon()).isEqualTo(1e-6f);
    assertThat(text.tiedHead()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"448,1024", "896,4096"})
  void largerImages(int size, int tokens) throws Exception {
    String config =
        VERSION_1.replace("\"patch_size\"", "\"image_size\":" + size + ",\"patch_size\"");
    assertThat(read(config).vision().tokens()).isEqualTo(tokens);
  }

  @Test
  void emptySectionsMeanTheSmallestModel() throws Exception {
    assertThat(read("{\"model_type\":\"paligemma\"}")).isEqualTo(read(VERSION_1));
  }

  @Test
  void fineTunedVersion2LeavesOutWhatGemma2HasByDefault() throws Exception {
    ModelConfig.Text text =
        read("{\"model_type\":\"paligemma\",\"dtype\":\"bfloat16\",\"text_config\":{\"model_type\":\"gemma2\"}}")
            .text();
    assertThat(text.gemma2()).isTrue();
    assertThat(text.hidden()).isEqualTo(2304);
    assertThat(text.layers()).isEqualTo(26);
    assertThat(text.heads()).isEqualTo(8);
    assertThat(text.keyValueHeads()).isEqualTo(4);
    assertThat(text.intermediate()).isEqualTo(9216);
    assertThat(text.attentionScale()).isEqualTo(1 / 16.0);
    assertThat(text.attentionSoftcap()).hasValue(50);
  }

  @Test
  void largestModelScalesByAnotherNumberThanItsHeadSize() throws Exception {
    ModelConfig.Text text =
        read("""
                {"model_type":"paligemma","text_config":{"model_type":"gemma2","hidden_size":4608,
                 "num_hidden_layers":46,"num_attention_heads":32,"num_key_value_heads":16,
                 "head_dim":128,"intermediate_size":36864,"query_pre_attn_scalar":144,
                 "attn_logit_softcapping":50.0,"final_logit_softcapping":30.0,
                 "rope_parameters":{"rope_theta":10000.0,"rope_type":"default"}}}
                """)
            .text();
    assertThat(text.headSize()).isEqualTo(128);
    assertThat(text.attentionScale()).isEqualTo(1 / 12.0);
  }

  @Test
  void rotationMayStandInEitherPlace() throws Exception {
    String text = "{\"model_type\":\"paligemma\",\"text_config\":{%s}}";
    assertThat(read(text.formatted("\"rope_theta\":500.0")).text().ropeTheta()).isEqualTo(500);
    assertThat(read(text.formatted("\"rope_parameters\":{\"rope_theta\":600}")).text().ropeTheta())
        .isEqualTo(600);
    assertThatThrownBy(() -> read(text.formatted("\"rope_parameters\":{\"rope_type\":\"yarn\"}")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("rope_type 'yarn'");
  }
}
