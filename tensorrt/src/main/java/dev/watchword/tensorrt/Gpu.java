package dev.watchword.tensorrt;

/**
 * The device that runs a model.
 *
 * @param index among the machine's devices, from 0
 * @param name as its maker calls it
 * @param capability compute capability, such as {@code 9.0}
 * @param memoryBytes all of its memory
 */
public record Gpu(int index, String name, String capability, long memoryBytes) {}
