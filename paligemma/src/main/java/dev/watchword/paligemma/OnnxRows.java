package dev.watchword.paligemma;

import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.graph.ModelConfig;
import java.nio.FloatBuffer;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.IntStream;

/** Passes of rows on ONNX Runtime: of any shape, with keys and values in Java's memory. */
final class OnnxRows implements RowRunner {
  private final OnnxBackend backend;
  private final ModelConfig config;
  private final StepLayout layout;
  private final Heads heads;
  private final int slots;
  private final int mostPromptTokens;
  private final DeviceTime time = new DeviceTime(System::nanoTime);
  private final Deque<Scratch> idleScratch = new ConcurrentLinkedDeque<>();

  /**
   * @param backend closed with this
   */
  OnnxRows(
      OnnxBackend backend,
      TokenChooser chooser,
      ModelConfig config,
      Decoding decoding,
      int mostPromptTokens) {
    this.backend = backend;
    this.config = config;
    this.layout = new StepLayout(config);
    this.heads = new Heads(backend, chooser, decoding.restrictedHead());
    this.slots = decoding.slots();
    this.mostPromptTokens = mostPromptTokens;
  }

  @Override
  public int vocabulary() {
    return backend.vocabulary();
  }

  @Override
  public int imageTokens() {
    return layout.imageTokens();
  }

  @Override
  public int mostProposals() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int mostPromptTokens() {
    return mostPromptTokens;
  }

  @Override
  public void require(CompiledPrompt prompt) {}

  @Override
  public List<Slot> slots() {
    ModelConfig.Text text = config.text();
    return IntStream.range(0, slots)
        .<Slot>mapToObj(
            i -> new HostSlot(i, 2 * text.layers(), text.keyValueHeads(), text.headSize()))
        .toList();
  }

  /** One caller's pass takes all the processors. */
  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public Pictures encode(FloatBuffer pixels, int count, int side) {
    return backend.encode(pixels, count, side);
  }

  @Override
  public void begin(Pictures pictures, List<Row> rows) {
    time.spend(rows, () -> pass(Optional.of((Features) pictures), rows));
  }

  @Override
  public void advance(List<Row> rows) {
    time.spend(rows, () -> pass(Optional.empty(), rows));
  }

  /** The first pass of rows when there are features, else a further one. */
  private void pass(Optional<Features> features, List<Row> rows) {
    Scratch scratch = Optional.ofNullable(idleScratch.poll()).orElseGet(Scratch::new);
    try {
      Step step =
          features.isPresent() ? layout.prefill(rows, scratch) : layout.decode(rows, scratch);
      backend.forward(features, step);
      layout.keep(step, rows);
      List<Row.Choices> choices = heads.choices(step, rows, scratch);
      for (int i = 0; i < choices.size(); i++) {
        rows.get(i).take(choices.get(i));
      }
    } finally {
      idleScratch.push(scratch);
    }
  }

  @Override
  public long deviceBytes() {
    return 0;
  }

  @Override
  public void close() {
    backend.close();
  }
}
