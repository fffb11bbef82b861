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
  private volatile Health current = Health.down("not started");
  private boolean warned;

  public HealthLog(String service) {
    this.service = Objects.requireNonNull(service, "service");
  }

  public Health current() {
    return current;
  }

  /** Down without a log line: nothing is wrong yet, or it is logged elsewhere. */
  public void quietlyDown(String detail) {
    current = Health.down(detail);
  }

  /** Called by the loop's thread alone. */
  public void set(Health next) {
    boolean wasUp = current.ok();
    current = next;
    if (next.ok()) {
      warned = false;
    }
    if (next.ok() && !wasUp) {
      log.atInfo().addKeyValue("service", service).log(next.detail());
    } else if (!next.ok() && !warned) {
      warned = true;
      log.atWarn().addKeyValue("service", service).log(next.detail());
    }
  }
}
