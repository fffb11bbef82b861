package dev.watchword.paligemma;

/**
 * A checkpoint directory that cannot be used. The message is one sentence that names the file or
 * tensor, what was expected, and the way out.
 */
public class CheckpointException extends Exception {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
