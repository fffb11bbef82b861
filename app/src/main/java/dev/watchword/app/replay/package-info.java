/** Prompts that are asked about recorded video, and what two such replays saw differently. */
package dev.watchword.app.replay;
