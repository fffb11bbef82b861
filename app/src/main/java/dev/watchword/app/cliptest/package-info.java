/** Golden clips: what prompts must see in recordings whose content is known, told without Kafka. */
package dev.watchword.app.cliptest;
