package dev.watchword.app;

/** A command cannot go on. The message is one sentence: what is wrong, and the way out. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailure(String message) {
    super(message);
  }

  CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * An id that nothing has.
   *
   * @param what the id is to be of; the name of the command that lists them, too
   */
  static CommandFailure unknown(String what, String id) {
    return new CommandFailure(
        "there is no %s %s; 'watchword %s list' shows those that there are"
            .formatted(what, id, what));
  }
}
