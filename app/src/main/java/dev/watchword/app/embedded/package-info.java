/** What a lone process brings along: a Kafka broker and a schema registry of its own. */
package dev.watchword.app.embedded;
