package dev.watchword.paligemma.engine;

/**
 * The device that runs a model has failed, in the middle of work. Nothing that is tried in the same
 * process can be trusted to succeed: let it end and be started again.
 */
public final class LostDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message one sentence
   */
  public LostDeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
