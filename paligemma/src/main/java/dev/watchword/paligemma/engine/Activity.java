package dev.watchword.paligemma.engine;

/**
 * What a model in this process has done since it was loaded. Slots were in use, on average, for
 * {@code rows / (passes * slots)} of the passes.
 *
 * @param slots how many answers can be under way
 * @param passes forward passes, each for one or more answers
 * @param rows answers that took part in them, summed over the passes
 * @param deviceBytes memory of the device that the model takes; 0 on processors
 */
public record Activity(int slots, long passes, long rows, long deviceBytes) {}
