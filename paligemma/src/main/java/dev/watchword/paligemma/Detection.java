package dev.watchword.paligemma;

/**
 * One object that the model named.
 *
 * @param label a class of the prompt, spelled as there
 */
public record Detection(String label, Box box, Score score) {}
