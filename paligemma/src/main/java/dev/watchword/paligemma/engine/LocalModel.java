package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link PaliGemma} in this process, which it takes over and closes. */
public record LocalModel(PaliGemma model) implements Generator {
  @Override
  public ModelId id() {
    return model.id();
  }

  @Override
  public Map<String, String> properties() {
    return Map.of(
        EngineModel.IMAGE_SIZE, Integer.toString(model.imageSize()),
        EngineModel.DRAWS_MASKS, Boolean.toString(model.drawsMasks()));
  }

  @Override
  public int lanes() {
    return model.lanes();
  }

  @Override
  public Optional<Activity> activity() {
    return Optional.of(model.activity());
  }

  @Override
  public List<Answer> generate(List<Request> requests) {
    return model.generate(requests).stream().<Answer>map(Answer.Given::of).toList();
  }

  @Override
  public void close() {
    model.close();
  }
}
