package dev.watchword.paligemma;

/** One question about one picture. */
public record Request(RgbImage image, DetectPrompt prompt) {}
