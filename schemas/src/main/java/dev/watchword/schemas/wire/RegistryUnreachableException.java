package dev.watchword.schemas.wire;

import org.apache.kafka.common.errors.SerializationException;

/**
 * No schema registry answered. The record is not at fault: a caller tries again later and must not
 * treat it as a bad record.
 */
public final class RegistryUnreachableException extends SerializationException {
  private static final long serialVersionUID = 1L;

  RegistryUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
