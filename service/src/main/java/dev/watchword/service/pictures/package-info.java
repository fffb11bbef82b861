/** What was seen, drawn into pictures for people. */
package dev.watchword.service.pictures;
