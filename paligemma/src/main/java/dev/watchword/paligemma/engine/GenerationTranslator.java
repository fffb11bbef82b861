package dev.watchword.paligemma.engine;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import dev.watchword.paligemma.Request;
import java.util.List;

/**
 * Hands a batch to an engine whole: for {@code
 * Criteria.setTypes(Request.class, Answer.class).optTranslator(new GenerationTranslator())}.
 */
public final class GenerationTranslator implements Translator<Request, Answer> {
  @Override
  public NDList batchProcessInput(TranslatorContext context, List<Request> requests) {
    return Batch.of(context.getNDManager(), requests);
  }

  @Override
  public List<Answer> batchProcessOutput(TranslatorContext context, NDList output) {
    return Batch.answers(output);
  }

  @Override
  public NDList processInput(TranslatorContext context, Request request) {
    return batchProcessInput(context, List.of(request));
  }

  @Override
  public Answer processOutput(TranslatorContext context, NDList output) {
    return batchProcessOutput(context, output).getFirst();
  }
}
