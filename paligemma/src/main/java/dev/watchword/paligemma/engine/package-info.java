/**
 * Models behind DJL: engines by name, {@code Criteria}, {@code ZooModel}, {@code Predictor}. Begin
 * at {@link dev.watchword.paligemma.engine.EngineModel}; a new engine extends {@link
 * dev.watchword.paligemma.engine.GenerationEngine}.
 */
package dev.watchword.paligemma.engine;
