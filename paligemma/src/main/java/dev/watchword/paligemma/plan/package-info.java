/**
 * What an engine provides that compiles a model's graphs into plans of fixed shapes: the passes
 * themselves. Everything above them, from prompts and grammars to the slots' offsets, is shared
 * with the engine that runs graphs of any shape.
 */
package dev.watchword.paligemma.plan;
