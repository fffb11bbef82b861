package dev.watchword.paligemma.engine;

import ai.djl.BaseModel;
import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.ModelId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A generator behind DJL's model interface. */
final class DjlModel extends BaseModel {
  private final GenerationEngine engine;
  private Generator generator;

  DjlModel(String name, GenerationEngine engine, NDManager manager) {
    super(name);
    this.engine = engine;
    this.manager = manager;
    this.dataType = DataType.FLOAT32;
  }

  @Override
  public void load(Path directory, String prefix, Map<String, ?> options)
      throws MalformedModelException {
    setModelDir(directory);
    Map<String, String> texts = new HashMap<>();
    if (options != null) {
      options.forEach((name, value) -> texts.put(name, String.valueOf(value)));
    }
    try {
      generator = engine.load(directory, texts);
    } catch (CheckpointException e) {
      throw new MalformedModelException(e.getMessage(), e);
    }
    describe();
    block = new DjlBlock(generator);
    wasLoaded = true;
  }

  private void describe() {
    ModelId id = generator.id();
    properties.put("checkpoint", id.checkpoint());
    properties.put("revision", id.revision());
    properties.put("engine", id.engine());
    properties.put("precision", id.precision());
    properties.put(EngineModel.LANES, Integer.toString(generator.lanes()));
    properties.putAll(generator.properties());
  }

  /** A secret goes to the engine and is not kept here, where {@code toString} would show it. */
  @Override
  public void setProperty(String key, String value) {
    if (generator == null || !generator.secret(key, value)) {
      super.setProperty(key, value);
    }
  }

  ModelId id() {
    return generator.id();
  }

  Optional<Activity> activity() {
    return generator.activity();
  }

  @Override
  public void close() {
    if (generator != null) {
      generator.close();
      generator = null;
    }
    super.close();
  }
}
