/**
 * Frames kept on disk while the broker is away: segment files in a directory, bounded in bytes, the
 * oldest given up first. Start at {@link dev.watchword.ingest.outbox.Outbox}.
 */
package dev.watchword.ingest.outbox;
