package dev.watchword.paligemma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * Pixels as the model was trained on them, by {@code preprocessor_config.json}: squeezed to a
 * square (the aspect ratio is not kept), rescaled and normalised, channel by channel. Immutable.
 */
final class Preprocessor {
  private static final int CHANNELS = 3;
  private static final int LEVELS = 256;

  private final int size;
  private final PillowResize.Filter filter;
  private final float[][] levels;

  private Preprocessor(int size, PillowResize.Filter filter, float[][] levels) {
    this.size = size;
    this.filter = filter;
    this.levels = levels;
  }

  static Preprocessor of(Checkpoint checkpoint) throws CheckpointException {
    JsonNode config = read(checkpoint);
    int size = checkpoint.config().vision().imageSize();
    JsonNode asked = config.path("size");
    int side = asked.path("shortest_edge").asInt(asked.asInt(size));
    int height = asked.path("height").asInt(side);
    int width = asked.path("width").asInt(height);
    if (height != size || width != size) {
      throw new CheckpointException(
          "%s: preprocessor_config.json asks for %d x %d pixels but config.json has image_size %d."
              .formatted(checkpoint.directory(), width, height, size));
    }
    int resample = config.path("resample").asInt(3);
    PillowResize.Filter filter = PillowResize.Filter.numbered(resample);
    if (filter == null) {
      throw new CheckpointException(
          "%s: preprocessor_config.json has resample %d: 1 (Lanczos), 2 (bilinear) and 3 (bicubic) are known."
              .formatted(checkpoint.directory(), resample));
    }
    return new Preprocessor(size, filter, levels(config, checkpoint.directory()));
  }

  /** In the order of transformers: the processor's own section, then the file of its own. */
  private static JsonNode read(Checkpoint checkpoint) throws CheckpointException {
    JsonNode nested =
        checkpoint
            .json("processor_config.json")
            .map(processor -> processor.path("image_processor"))
            .orElse(MissingNode.getInstance());
    return nested.isObject()
        ? nested
        : checkpoint.json("preprocessor_config.json").orElse(MissingNode.getInstance());
  }

  private static float[][] levels(JsonNode config, Path directory) throws CheckpointException {
    double factor =
        config.path("do_rescale").asBoolean(true)
            ? config.path("rescale_factor").asDouble(1 / 255.0)
            : 1;
    boolean normalise = config.path("do_normalize").asBoolean(true);
    float[][] levels = new float[CHANNELS][LEVELS];
    for (int channel = 0; channel < CHANNELS; channel++) {
      double mean = normalise ? config.path("image_mean").path(channel).asDouble(0.5) : 0;
      double deviation = normalise ? config.path("image_std").path(channel).asDouble(0.5) : 1;
      if (deviation == 0) {
        throw new CheckpointException(
            "%s: image_std of channel %d is 0: it must be above 0.".formatted(directory, channel));
      }
      for (int level = 0; level < LEVELS; level++) {
        levels[channel][level] = (float) ((level * factor - mean) / deviation);
      }
    }
    return levels;
  }

  /** Side of the model's input in pixels. */
  int size() {
    return size;
  }

  /** How many floats one frame takes. */
  int floats() {
    return CHANNELS * size * size;
  }

  /** Writes {@code [3,size,size]} at {@code index}. */
  void write(RgbImage image, FloatBuffer pixels, int index) {
    byte[] rgb = PillowResize.resize(image, size, size, filter).rgb();
    int area = size * size;
    float[] plane = new float[area];
    for (int channel = 0; channel < CHANNELS; channel++) {
      float[] level = levels[channel];
      for (int i = 0; i < area; i++) {
        plane[i] = level[rgb[i * CHANNELS + channel] & 0xFF];
      }
      pixels.put(index + channel * area, plane);
    }
  }
}
