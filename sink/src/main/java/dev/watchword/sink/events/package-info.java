/**
 * Detections to object events. {@link dev.watchword.sink.events.Tracker} says what an event is; the
 * topology around it gives it frames in order and keeps its state.
 */
package dev.watchword.sink.events;
