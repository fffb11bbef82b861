package dev.watchword.paligemma;

import java.util.Optional;

/**
 * A prompt as the decoder takes it. Never changed.
 *
 * @param tokens the begin token, the prompt and a line feed; the image's tokens come before them
 * @param grammar of its answers, when they have boxes
 * @param wordRows the head's weights for the grammar's words, empty when nothing needs them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CompiledPrompt(int[] tokens, Optional<Grammar> grammar, float[][] wordRows) {}
