package dev.watchword.inference;

/** A record and what is to be done with it. */
record Judged(Received record, Verdict verdict) {}
