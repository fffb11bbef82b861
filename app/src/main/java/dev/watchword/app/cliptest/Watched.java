package dev.watchword.app.cliptest;

import dev.watchword.schemas.ObjectEvent;
import dev.watchword.service.zones.Zones;
import java.util.List;

/**
 * What one prompt saw in a clip.
 *
 * @param frames all that were sampled, in order
 * @param stays the last record of each object's stay, as the events service tells it
 * @param minScore what a detection needs to count, unless an expectation says otherwise
 */
record Watched(List<Sight> frames, List<ObjectEvent> stays, Zones zones, double minScore) {
  Watched {
    frames = List.copyOf(frames);
    stays = List.copyOf(stays);
  }
}
