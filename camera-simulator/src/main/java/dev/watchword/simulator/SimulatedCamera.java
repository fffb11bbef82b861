package dev.watchword.simulator;

/**
 * A camera that can be watched.
 *
 * @param name its mount
 * @param url its RTSP address
 */
public record SimulatedCamera(String name, String url) {}
