package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Mask;
import dev.watchword.paligemma.Score;
import dev.watchword.paligemma.Segment;
import dev.watchword.paligemma.Timings;
import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DetectionsJsonTest {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");

  private final DetectionsJson json = new DetectionsJson();

  private static FrameDetections record(
      Task task, String text, List<dev.watchword.schemas.Detection> detections) {
    return FrameDetections.newBuilder()
        .setId(new FrameId("gate", "s", 1L))
        .setCapturedAt(TIME)
        .setClock(CaptureClock.ARRIVAL)
        .setCompletedAt(TIME)
        .setSourceWidth(1920)
        .setSourceHeight(1080)
        .setPromptId("p")
        .setPromptVersion("v")
        .setTask(task)
        .setModel(new ModelId("demo", "r", "e", "f"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(detections)
        .setText(text)
        .setTokens(3)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }

  private static JsonNode read(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void tailShowsWordsWhereTheyAreTheAnswer() throws Exception {
    JsonNode caption = read(json.line(record(Task.CAPTION, "a red car", List.of())));
    assertThat(caption.get("task").asText()).isEqualTo("CAPTION");
    assertThat(caption.get("text").asText()).isEqualTo("a red car");

    JsonNode detect = read(json.line(record(Task.DETECT, "<loc0001>", List.of())));
    assertThat(detect.get("task").asText()).isEqualTo("DETECT");
    assertThat(detect.has("text")).isFalse();
  }

  @Test
  void tailSaysWhatCameLate() throws Exception {
    FrameDetections live = record(Task.DETECT, "", List.of());
    FrameDetections late = FrameDetections.newBuilder(live).setLate(true).build();

    assertThat(read(json.line(late)).get("late").asBoolean()).isTrue();
    assertThat(read(json.line(live)).has("late")).isFalse();
  }

  @Test
  void masksAreCodesAndBytesInBase64() throws Exception {
    var mask =
        new dev.watchword.schemas.Mask(
            ByteBuffer.wrap(new byte[] {3, 127}), 2, 1, ByteBuffer.wrap(new byte[] {0, -1}));
    var detection =
        new dev.watchword.schemas.Detection(
            "car", new BoundingBox(0f, 0f, 1f, 1f), 1f, new ScoreParts(1f, 1f, 1f), mask);

    JsonNode line = read(json.line(record(Task.SEGMENT, "", List.of(detection))));

    JsonNode found = line.at("/detections/0");
    assertThat(found.get("maskCodes")).extracting(JsonNode::asInt).containsExactly(3, 127);
    assertThat(found.at("/mask/width").asInt()).isEqualTo(2);
    assertThat(found.at("/mask/values").binaryValue()).containsExactly(0, -1);
  }

  @Test
  void detectionsWithoutWeightsHaveCodesAlone() throws Exception {
    Box box = new Box(0, 0, 0.5f, 0.5f);
    Score score = new Score(1, 1, 1, 1);
    Segment codes = new Segment(Collections.nCopies(16, 9), Optional.empty());
    Segment drawn = new Segment(codes.codes(), Optional.of(new Mask(new byte[64 * 64])));
    Timings none = new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    Generation generation =
        new Generation(
            "",
            List.of(
                new Detection("a", box, score),
                new Detection("b", box, score, Optional.of(codes)),
                new Detection("c", box, score, Optional.of(drawn))),
            List.of(1),
            none);

    JsonNode found = read(json.document("i", 1, 1, "segment a", generation)).get("detections");

    assertThat(found.get(0).has("maskCodes")).isFalse();
    assertThat(found.get(1).get("maskCodes")).hasSize(16);
    assertThat(found.get(1).has("mask")).isFalse();
    assertThat(found.at("/2/mask/values").binaryValue()).hasSize(4096);
  }
}
