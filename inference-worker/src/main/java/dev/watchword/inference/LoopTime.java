package dev.watchword.inference;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The loop's two clocks.
 *
 * @param clock wall clock, for times on the wire
 * @param nanos monotonic, for deadlines
 */
record LoopTime(InstantSource clock, LongSupplier nanos) {}
