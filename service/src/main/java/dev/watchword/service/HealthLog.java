package dev.watchword.service;

import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of one service: set by its loop, read by any thread, and logged when it turns from up
 * to down or back.
 */
public final class HealthLog {
  private static final Logger log = LoggerFactory.getLogger(HealthLog.class);

  private final String service;
  private volatile Health current;

  public HealthLog(String service, Health first) {
    this.service = Objects.requireNonNull(service, "service");
    this.current = Objects.requireNonNull(first, "first");
  }

  public Health current() {
    return current;
  }

  /** Called by the loop's thread alone. */
  public void set(Health next) {
    Health previous = current;
    current = next;
    if (previous.ok() && !next.ok()) {
      log.atWarn().addKeyValue("service", service).log(next.detail());
    } else if (!previous.ok() && next.ok()) {
      log.atInfo().addKeyValue("service", service).log(next.detail());
    }
  }
}
