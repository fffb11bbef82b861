/**
 * Cameras to sampled frames: reads each camera's stream, samples it, and publishes JPEG pictures
 * and the camera's state. Start at {@link dev.watchword.ingest.IngestService}; the life of one
 * frame is {@code CameraLoop.step()}.
 */
package dev.watchword.ingest;
