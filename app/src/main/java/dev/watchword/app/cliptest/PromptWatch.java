package dev.watchword.app.cliptest;

import dev.watchword.inference.Prompt;
import dev.watchword.inference.WireRecords;
import dev.watchword.ingest.UnpacedPlay.Picture;
import dev.watchword.paligemma.Generation;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.events.Scene;
import dev.watchword.sink.events.TrackingConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One prompt's way through one clip, whose time is counted from 1970 on. */
final class PromptWatch {
  private final String clip;
  private final Zones zones;
  private final Prompt prompt;
  private final ModelId model;
  private final double minScore;
  private final Scene scene;
  private final List<Sight> frames = new ArrayList<>();
  private final List<ObjectEvent> stays = new ArrayList<>();

  PromptWatch(
      Clip clip, Prompt prompt, TrackingConfig tracking, dev.watchword.paligemma.ModelId model) {
    this.clip = clip.name();
    this.zones = clip.zones();
    this.prompt = prompt;
    this.model =
        new ModelId(model.checkpoint(), model.revision(), model.engine(), model.precision());
    this.minScore = tracking.minScore();
    this.scene = new Scene(clip.name(), prompt.id(), tracking);
  }

  Prompt prompt() {
    return prompt;
  }

  /** Takes what the model said about the next sampled frame. */
  void frame(Picture picture, Generation generation) {
    Instant at = Instant.EPOCH.plus(picture.at());
    FrameDetections record =
        FrameDetections.newBuilder()
            .setId(new FrameId(clip, "clip", (long) frames.size()))
            .setCapturedAt(at)
            .setClock(CaptureClock.CONTAINER)
            .setCompletedAt(at)
            .setSourceWidth(picture.width())
            .setSourceHeight(picture.height())
            .setPromptId(prompt.id())
            .setPromptVersion(prompt.version())
            .setTask(Task.valueOf(prompt.asked().task().name()))
            .setModel(model)
            .setOutcome(Outcome.INFERRED)
            .setDetections(generation.detections().stream().map(WireRecords::detection).toList())
            .setText(generation.text())
            .setTokens(generation.tokens())
            .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
            .build();
    frames.add(new Sight(frames.size(), picture.at(), record.getDetections()));
    take(scene.frame(record, zones));
  }

  private void take(List<ObjectEvent> told) {
    told.stream().filter(event -> event.getPhase() == EventPhase.END).forEach(stays::add);
  }

  /** The clip is over, and with it every stay. */
  Watched end() {
    take(scene.silent(zones));
    return new Watched(frames, stays, zones, minScore);
  }
}
