package dev.watchword.paligemma.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Map;

/** Two engines of one name on the class path; DJL keeps the one that it finds first. */
public final class TakenName {
  static final String NAME = "Taken";

  private TakenName() {}

  /** One of ours. */
  public static final class Ours extends GenerationEngine {
    public Ours() {
      super(NAME, "1");
    }

    @Override
    protected Generator load(Path directory, Map<String, String> options) {
      throw new UnsupportedOperationException();
    }
  }

  /** Anyone's. */
  public static final class Foreign extends Engine implements EngineProvider {
    @Override
    public Engine getAlternativeEngine() {
      return null;
    }

    @Override
    public String getEngineName() {
      return NAME;
    }

    @Override
    public int getRank() {
      return 10_000;
    }

    @Override
    public int getEngineRank() {
      return getRank();
    }

    @Override
    public Engine getEngine() {
      return this;
    }

    @Override
    public String getVersion() {
      return "1";
    }

    @Override
    public boolean hasCapability(String capability) {
      return false;
    }

    @Override
    public Model newModel(String name, Device device) {
      throw new UnsupportedOperationException();
    }

    @Override
    public NDManager newBaseManager() {
      throw new UnsupportedOperationException();
    }

    @Override
    public NDManager newBaseManager(Device device) {
      throw new UnsupportedOperationException();
    }
  }
}
