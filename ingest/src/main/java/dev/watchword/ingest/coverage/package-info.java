/** What became of each camera's frames, by session and minute, on the topic {@code coverage}. */
package dev.watchword.ingest.coverage;
