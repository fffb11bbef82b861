package dev.watchword.sink.events;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.alerts.Look;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A camera as one prompt sees it: its frames in order, and what is in the picture now. Can be kept
 * as bytes and be had again from them. Not thread-safe.
 */
public final class Scene {
  private static final int VERSION = 1;

  private final String camera;
  private final String promptId;
  private final Consumer<Look> watcher;
  private final FrameOrder order;
  private final Tracker tracker;

  /** A scene without a keeper of frames that are left out. */
  public Scene(String camera, String promptId, TrackingConfig config) {
    this(camera, promptId, config, look -> {});
  }

  /**
   * A scene whose frames somebody watches.
   *
   * @param watcher is shown each frame when its turn has come
   */
  public Scene(String camera, String promptId, TrackingConfig config, Consumer<Look> watcher) {
    this(camera, promptId, config, watcher, reason -> {});
  }

  Scene(
      String camera,
      String promptId,
      TrackingConfig config,
      Consumer<Look> watcher,
      FrameOrder.Ledger ledger) {
    this.camera = camera;
    this.promptId = promptId;
    this.watcher = watcher;
    this.order = new FrameOrder(config.graceMicros(), ledger);
    this.tracker = new Tracker(promptId, config);
  }

  /** Takes the boxes of a frame as they come and returns what is to be told. */
  public List<ObjectEvent> frame(FrameDetections record, Zones zones) {
    return frame(Observation.of(record), zones);
  }

  /** Takes a frame as it comes and returns what is to be told. */
  List<ObjectEvent> frame(Observation frame, Zones zones) {
    return follow(order.offer(frame), zones);
  }

  /** No frame has come for a long time. */
  public List<ObjectEvent> silent(Zones zones) {
    List<ObjectEvent> told = follow(order.drain(), zones);
    List<ObjectEvent> ended = tracker.silent();
    if (!ended.isEmpty()) {
      watcher.accept(nobodyLooks(ended));
    }
    told.addAll(ended);
    return told;
  }

  private Look nobodyLooks(List<ObjectEvent> ended) {
    ObjectEvent last = ended.getLast();
    return new Look(
        camera,
        null,
        Observation.micros(last.getAt()),
        false,
        false,
        promptId,
        last.getPromptVersion(),
        last.getModel(),
        List.of(),
        ended);
  }

  private List<ObjectEvent> follow(List<Observation> frames, Zones zones) {
    List<ObjectEvent> told = new ArrayList<>();
    for (Observation frame : frames) {
      List<ObjectEvent> now = tracker.frame(frame, zones);
      watcher.accept(look(frame, now));
      told.addAll(now);
    }
    return told;
  }

  private Look look(Observation frame, List<ObjectEvent> told) {
    return new Look(
        camera,
        frame.id(),
        frame.atMicros(),
        frame.inferred(),
        false,
        promptId,
        frame.promptVersion(),
        frame.model(),
        tracker.present(),
        told);
  }

  /** Nothing would change if the camera stayed silent. */
  boolean isIdle() {
    return tracker.isIdle() && !order.isHolding();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      order.write(out);
      tracker.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a scene cannot be written to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Takes up what {@link #toBytes()} gave. Call it once, first. */
  Scene restore(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException(
            "the state of camera "
                + camera
                + " was written by another version of Watchword ("
                + version
                + ", this one knows "
                + VERSION
                + ")");
      }
      order.read(in);
      tracker.read(camera, in);
    } catch (IOException e) {
      throw new UncheckedIOException("the state of camera " + camera + " is damaged", e);
    }
    return this;
  }
}
