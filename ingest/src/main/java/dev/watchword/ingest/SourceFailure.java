package dev.watchword.ingest;

import dev.watchword.schemas.CameraCause;

/**
 * A source cannot go on. The message is one sentence for people, without credentials; the cause
 * says which kind.
 */
final class SourceFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final CameraCause kind;

  SourceFailure(CameraCause kind, String sentence) {
    super(sentence);
    this.kind = kind;
  }

  CameraCause kind() {
    return kind;
  }
}
