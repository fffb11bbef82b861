package dev.watchword.paligemma;

/**
 * Which model gave an answer.
 *
 * @param checkpoint name of the checkpoint's directory or hub repository
 * @param revision short hash of its content
 * @param engine what ran it, such as {@code OnnxRuntime}
 * @param precision arithmetic, such as {@code float32}
 */
public record ModelId(String checkpoint, String revision, String engine, String precision) {}
