package dev.watchword.paligemma;

/**
 * A prompt whose answer is text: {@code caption en}, {@code ocr}, {@code answer en ...}, or any.
 */
public record TextPrompt(String text) implements TaskPrompt {}
