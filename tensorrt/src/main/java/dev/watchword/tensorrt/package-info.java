/**
 * PaliGemma on TensorRT, as the DJL engine of that name. What is NVIDIA's is reached from the
 * package {@code nvidia} alone, and only after {@link dev.watchword.tensorrt.Probe} has found it
 * all.
 */
package dev.watchword.tensorrt;
