/** Frames to detections, exactly once: Kafka in, PaliGemma, Kafka out. */
package dev.watchword.inference;
