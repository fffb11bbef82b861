package dev.watchword.inference;

/** What is to be done with a record. */
enum Verdict {
  INFER,
  /** Captured longer ago than the limit. */
  STALE,
  /** Its producer sent it again. */
  DUPLICATE,
  /** No prompt is for its camera. */
  NO_PROMPT,
  /** Its bytes fit no schema. */
  UNREADABLE
}
