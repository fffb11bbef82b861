/** Alerts to those who asked for them: webhooks and MQTT brokers. */
package dev.watchword.sink.delivery;
