package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.engine.Answer.Reason;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** What an HTTP status means for a call: done, try again, or never, in one sentence. */
final class Statuses {
  private final String endpoint;
  private final String model;
  private final ApiKey key;
  private final InstantSource clock;

  Statuses(RemoteSettings settings, ApiKey key, InstantSource clock) {
    this.endpoint = "the model endpoint " + settings.url();
    this.model = settings.model();
    this.key = key;
    this.clock = clock;
  }

  Attempt judge(int status, HttpHeaders headers, byte[] body) {
    return switch (status) {
      case 200 -> new Attempt.Answered(body);
      case 408, 425, 429, 500, 502, 503, 504 ->
          new Attempt.Again(
              endpoint + " answers with status " + status + said(body), retryAfter(headers));
      case 401, 403 ->
          refused(
              endpoint
                  + (key.isGiven() ? " refuses the API key" : " asks for an API key")
                  + said(body));
      case 404 ->
          refused(
              "%s has no model '%s', or no chat completions at this URL%s"
                  .formatted(endpoint, model, said(body)));
      default -> refused(endpoint + " refuses the request with status " + status + said(body));
    };
  }

  private static Attempt refused(String sentence) {
    return new Attempt.Never(Reason.REFUSED, sentence);
  }

  private String said(byte[] body) {
    String message = Chat.error(body);
    return message.isEmpty() ? "" : ": " + key.redact(message);
  }

  /** Seconds or a date; zero when absent or unreadable. */
  private Duration retryAfter(HttpHeaders headers) {
    String text = headers.firstValue("Retry-After").orElse("0").strip();
    try {
      return Duration.ofSeconds(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return untilDate(text);
    }
  }

  private Duration untilDate(String text) {
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(clock.instant(), then);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }
}
