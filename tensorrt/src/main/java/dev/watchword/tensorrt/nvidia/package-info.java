/**
 * What calls CUDA and TensorRT. A class of this package loads their libraries when it is first
 * used, so use none before {@link dev.watchword.tensorrt.Probe} has found them. The bindings have
 * no destructors for TensorRT's own objects: their memory returns when the process ends, and a
 * process loads one model and keeps it. What CUDA has allocated is freed.
 */
package dev.watchword.tensorrt.nvidia;
