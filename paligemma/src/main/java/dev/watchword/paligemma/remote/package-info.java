/**
 * Models behind an OpenAI-compatible endpoint, as the engine {@code Remote}: vLLM, Ollama, llama.cpp
 * and others that take a picture.
 */
package dev.watchword.paligemma.remote;
