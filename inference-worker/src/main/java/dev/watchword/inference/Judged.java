package dev.watchword.inference;

/**
 * A record and what is to be done with it.
 *
 * @param expired frames of its session, just before it, that had left the topic unread
 */
record Judged(Received record, Verdict verdict, long expired) {}
