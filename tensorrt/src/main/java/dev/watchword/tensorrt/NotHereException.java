package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;

/** TensorRT cannot run on this machine; the message says in one sentence why and what to do. */
public final class NotHereException extends CheckpointException {
  private static final long serialVersionUID = 1;

  NotHereException(String message) {
    super(message);
  }
}
