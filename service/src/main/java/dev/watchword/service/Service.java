package dev.watchword.service;

/**
 * A part of the pipeline that runs until it is closed. Constructors do no I/O; {@link #start()}
 * starts the threads and returns at once; a lost dependency is retried and shows in {@link
 * #health()}.
 */
public interface Service extends AutoCloseable {
  /**
   * One word, as in metrics and logs: {@code ingest}, {@code inference}, {@code archive}, {@code
   * console}.
   */
  String name();

  void start();

  /** May be called by any thread at any time. */
  Health health();

  /** Stops within two seconds. Closing twice does nothing. */
  @Override
  void close();
}
