/** Areas and lines that people draw into a camera's picture. */
package dev.watchword.service.zones;
