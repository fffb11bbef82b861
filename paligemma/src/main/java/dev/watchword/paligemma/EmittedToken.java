package dev.watchword.paligemma;

/**
 * A token that the model chose, and how sure it was of it: among all tokens that the answer's
 * grammar ever allows, or over the whole vocabulary when the answer is free.
 *
 * @param probability of this token
 * @param continuing of going on, against ending the text here, 0 to 1; for a location token all
 *     location tokens speak for going on
 * @param neighbourhood probability of a location token within {@link Score#LOCATION_BINS} bins of
 *     this one; 0 when this is not a location
 */
record EmittedToken(int id, float probability, float continuing, float neighbourhood) {}
