package dev.watchword.paligemma.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;

/** The part of a {@link GenerationEngine} that DJL's class hierarchy asks for. */
final class DjlEngine extends Engine {
  private final GenerationEngine provider;
  private final String name;
  private final String version;

  DjlEngine(GenerationEngine provider, String name, String version) {
    this.provider = provider;
    this.name = name;
    this.version = version;
  }

  @Override
  public Engine getAlternativeEngine() {
    return null;
  }

  @Override
  public String getEngineName() {
    return name;
  }

  @Override
  public int getRank() {
    return provider.getEngineRank();
  }

  @Override
  public String getVersion() {
    return version;
  }

  @Override
  public boolean hasCapability(String capability) {
    return false;
  }

  @Override
  public Model newModel(String modelName, Device device) {
    return new DjlModel(modelName, provider, newBaseManager(device));
  }

  @Override
  public NDManager newBaseManager() {
    return newBaseManager(null);
  }

  /** Carries requests and answers as objects: there are no arrays. */
  @Override
  public NDManager newBaseManager(Device device) {
    return new PassthroughNDManager(this, device == null ? Device.cpu() : device);
  }
}
