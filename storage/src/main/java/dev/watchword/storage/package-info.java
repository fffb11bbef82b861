/** Object storage: named bytes, written whole or not at all. */
package dev.watchword.storage;
