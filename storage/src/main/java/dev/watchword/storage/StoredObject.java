package dev.watchword.storage;

/**
 * An object in a list.
 *
 * @param bytes its size
 */
public record StoredObject(String name, long bytes) {}
