package dev.watchword.app.cliptest;

import dev.watchword.schemas.Detection;
import java.time.Duration;
import java.util.List;

/**
 * What a prompt saw in one sampled frame.
 *
 * @param number of the sampled frame, from 0
 * @param at the clip's time
 */
record Sight(int number, Duration at, List<Detection> seen) {
  Sight {
    seen = List.copyOf(seen);
  }
}
