/**
 * Rules that people write, and the alerts that they raise: what a rule is ({@link
 * dev.watchword.sink.alerts.Rule}), how it is judged frame by frame ({@link
 * dev.watchword.sink.alerts.CameraWatch}) and minute by minute ({@link
 * dev.watchword.sink.alerts.CoverageWatch}).
 */
package dev.watchword.sink.alerts;
