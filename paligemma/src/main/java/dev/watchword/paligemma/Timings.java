package dev.watchword.paligemma;

import java.time.Duration;

/** Wall time by stage of the whole batch that a request was part of. */
public record Timings(Duration preprocess, Duration vision, Duration prefill, Duration decode) {}
