package dev.watchword.ingest;

import dev.watchword.schemas.Camera;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** In place of the topic: these cameras, from the first round on. */
final class FixedPlacement implements LoopThread.Loop {
  private final StopSignal stop = new StopSignal();
  private final Map<String, Camera> cameras = new HashMap<>();
  private final Roster roster;
  private final HealthLog health;

  FixedPlacement(List<Camera> cameras, Roster roster, HealthLog health) {
    cameras.forEach(camera -> this.cameras.put(camera.getId(), camera));
    this.roster = roster;
    this.health = health;
  }

  @Override
  public void step() {
    roster.own(0, cameras);
    health.set(Health.up("placed"));
    stop.await(Duration.ofSeconds(1));
  }

  @Override
  public void wakeup() {
    stop.set();
  }

  @Override
  public void close() {}
}
