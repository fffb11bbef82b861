package dev.watchword.paligemma;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * Reads boxes out of the JSON that Gemma 3 and 4, Gemini and their kin write: {@code [{"box_2d":
 * [top, left, bottom, right], "label": "person"}]}. Immutable.
 *
 * <p>Models wrap it in code fences and prose, end in the middle, and name the keys otherwise, so the
 * text is tried in this order: without fences as JSON, its longest part from a bracket to a bracket,
 * each of its objects alone. What is no box of the prompt is left out, never guessed: a label that
 * is no class, another number of coordinates than four, an empty or reversed box. A "confidence" that
 * such a model invents is not read; it stays in the text.
 */
public final class GemmaJsonParser {
  /** What the coordinates count in. */
  public enum Scale {
    /** Thousandths of the side, as Gemma and Gemini are trained. */
    THOUSANDTHS(1000),
    /** 1024ths of the side, as some fine-tunes are. */
    PARTS_OF_1024(1024),
    /** Thousandths, or 1024ths when a coordinate is above 1000. */
    AUTO(1000);

    private final int side;

    Scale(int side) {
      this.side = side;
    }

    /** The largest coordinate, as a prompt should name it. */
    public int side() {
      return side;
    }
  }

  private static final List<String> BOX_KEYS = List.of("box_2d", "bbox", "box", "bounding_box");
  private static final List<String> LABEL_KEYS = List.of("label", "class", "name", "category");
  private static final List<String> LIST_KEYS = List.of("objects", "boxes");
  private static final Pattern NOTHING =
      Pattern.compile("(none|no (such )?objects?( (were |was )?(found|detected|visible))?)\\W*");
  private static final Pattern FLAT_OBJECT = Pattern.compile("\\{[^{}]*+}");
  private static final Pattern LIST_START = Pattern.compile("\\[\\s*+\\{");
  private static final String FENCE = "```";
  private static final int COORDINATES = 4;

  /** A text with more beginnings than this is no answer, and trying each would take its time. */
  private static final int MOST_LIST_STARTS = 8;

  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_TRAILING_COMMA)
          .build();

  private final Scale scale;

  public GemmaJsonParser(Scale scale) {
    this.scale = scale;
  }

  private record Labelled(String label, List<Double> sides) {
    private DoubleStream values() {
      return sides.stream().mapToDouble(Double::doubleValue);
    }
  }

  /**
   * The detections in the order in which the model named them, with {@link Score#NOT_GIVEN}.
   *
   * @param classes of the prompt
   * @return none at all when the text is neither boxes nor a way to say that there are none
   */
  public Optional<List<Detection>> parse(List<String> classes, String text) {
    String answer = withoutFences(text).strip();
    if (answer.isEmpty() || NOTHING.matcher(answer.toLowerCase(Locale.ROOT)).matches()) {
      return Optional.of(List.of());
    }
    Optional<List<JsonNode>> objects = objects(answer);
    if (objects.isEmpty()) {
      return Optional.empty();
    }
    List<Labelled> boxes = new ArrayList<>();
    objects.get().forEach(object -> labelled(object).ifPresent(boxes::add));
    if (boxes.isEmpty() && !objects.get().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(detections(new ClassNames(classes), boxes));
  }

  /** The inside of the first fence; a text may also end before its fence does. */
  private static String withoutFences(String text) {
    int open = text.indexOf(FENCE);
    if (open < 0) {
      return text;
    }
    int start = open + FENCE.length();
    while (start < text.length() && Character.isLetter(text.charAt(start))) {
      start++;
    }
    int close = text.indexOf(FENCE, start);
    return text.substring(start, close < 0 ? text.length() : close);
  }

  private static Optional<List<JsonNode>> objects(String text) {
    Optional<List<JsonNode>> whole = read(STRICT, text).flatMap(GemmaJsonParser::elements);
    return whole.or(() -> longestList(text)).or(() -> eachObject(text));
  }

  private static Optional<JsonNode> read(JsonMapper mapper, String text) {
    try {
      return Optional.of(mapper.readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<List<JsonNode>> elements(JsonNode json) {
    if (json.isArray()) {
      return Optional.of(StreamSupport.stream(json.spliterator(), false).toList());
    }
    if (!json.isObject()) {
      return Optional.empty();
    }
    for (String key : LIST_KEYS) {
      if (json.path(key).isArray()) {
        return elements(json.get(key));
      }
    }
    return Optional.of(List.of(json));
  }

  private static Optional<List<JsonNode>> longestList(String text) {
    int end = text.lastIndexOf(']') + 1;
    Matcher start = LIST_START.matcher(text);
    for (int i = 0; i < MOST_LIST_STARTS && start.find() && start.start() < end; i++) {
      Optional<List<JsonNode>> list =
          read(STRICT, text.substring(start.start(), end)).flatMap(GemmaJsonParser::elements);
      if (list.isPresent()) {
        return list;
      }
    }
    return Optional.empty();
  }

  private static Optional<List<JsonNode>> eachObject(String text) {
    List<JsonNode> objects = new ArrayList<>();
    Matcher flat = FLAT_OBJECT.matcher(text);
    while (flat.find()) {
      read(LENIENT, flat.group()).ifPresent(objects::add);
    }
    return objects.isEmpty() ? Optional.empty() : Optional.of(objects);
  }

  private static Optional<Labelled> labelled(JsonNode object) {
    Optional<JsonNode> label =
        LABEL_KEYS.stream().map(object::path).filter(JsonNode::isTextual).findFirst();
    Optional<List<Double>> sides =
        BOX_KEYS.stream().map(object::path).flatMap(box -> sides(box).stream()).findFirst();
    return label.isPresent() && sides.isPresent()
        ? Optional.of(new Labelled(label.get().textValue().strip(), sides.get()))
        : Optional.empty();
  }

  private static Optional<List<Double>> sides(JsonNode box) {
    if (!box.isArray() || box.size() != COORDINATES) {
      return Optional.empty();
    }
    List<Double> sides =
        StreamSupport.stream(box.spliterator(), false).map(GemmaJsonParser::number).toList();
    return sides.stream().allMatch(Double::isFinite) ? Optional.of(sides) : Optional.empty();
  }

  private static double number(JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    try {
      return value.isTextual() ? Double.parseDouble(value.textValue()) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private List<Detection> detections(ClassNames classes, List<Labelled> boxes) {
    double side = side(boxes);
    List<Detection> detections = new ArrayList<>();
    for (Labelled labelled : boxes) {
      Optional<String> label = classes.find(labelled.label());
      Optional<Box> box = box(labelled.sides(), side);
      if (label.isPresent() && box.isPresent()) {
        detections.add(new Detection(label.get(), box.get(), Score.NOT_GIVEN));
      }
    }
    return detections.stream().distinct().toList();
  }

  /** Fractions below one fit no whole-numbered scale: such an answer is in fractions already. */
  private double side(List<Labelled> boxes) {
    boolean small = boxes.stream().flatMapToDouble(Labelled::values).allMatch(value -> value <= 1);
    boolean whole =
        boxes.stream()
            .flatMapToDouble(Labelled::values)
            .allMatch(value -> value == Math.rint(value));
    if (small && (scale == Scale.AUTO || !whole)) {
      return 1;
    }
    boolean above =
        boxes.stream()
            .flatMapToDouble(Labelled::values)
            .anyMatch(value -> value > Scale.THOUSANDTHS.side());
    return scale == Scale.AUTO && above ? Scale.PARTS_OF_1024.side() : scale.side();
  }

  private static Optional<Box> box(List<Double> sides, double side) {
    float top = fraction(sides.get(0) / side);
    float left = fraction(sides.get(1) / side);
    float bottom = fraction(sides.get(2) / side);
    float right = fraction(sides.get(3) / side);
    return top < bottom && left < right
        ? Optional.of(new Box(left, top, right, bottom))
        : Optional.empty();
  }

  private static float fraction(double value) {
    return (float) Math.clamp(value, 0, 1);
  }
}
