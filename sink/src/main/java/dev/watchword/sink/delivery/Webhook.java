package dev.watchword.sink.delivery;

import dev.watchword.schemas.Alert;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLException;

/**
 * Posts alerts as JSON. Each request has {@code Idempotency-Key}, the alert's id, which is the same
 * in each attempt, and where there is a secret {@code Watchword-Timestamp}, seconds since the
 * epoch, and {@code Watchword-Signature}, {@code sha256=} and the hexadecimal HMAC-SHA256 (RFC
 * 2104) of the timestamp, a dot and the body. Follows no redirects.
 */
final class Webhook implements Channel {
  private final WebhookMeans means;
  private final Target target;
  private final LongSupplier millis;
  private final HttpClient client;

  /**
   * @param millis the wall clock
   */
  Webhook(WebhookMeans means, Target target, LongSupplier millis) {
    this.means = means;
    this.target = target;
    this.millis = millis;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(target.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** The time-out covers all of the answer: one that never ends is none. */
  @Override
  public Outcome send(Alert alert) throws InterruptedException {
    CompletableFuture<HttpResponse<Void>> response =
        client.sendAsync(request(alert), HttpResponse.BodyHandlers.discarding());
    try {
      return outcome(response.get(target.timeout().toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      response.cancel(true);
      return failed("gives no answer within " + target.timeout().toMillis() / 1000.0 + "s");
    } catch (ExecutionException e) {
      return failed(why(e.getCause()));
    }
  }

  /** Without the message of others: it may hold the address, and that a token. */
  private static String why(Throwable cause) {
    return switch (cause) {
      case ConnectException unreachable -> "cannot be reached";
      case HttpConnectTimeoutException late -> "cannot be reached";
      case SSLException tls -> "cannot be spoken to by TLS: " + tls.getMessage();
      default -> "broke off: " + cause.getClass().getSimpleName();
    };
  }

  private HttpRequest request(Alert alert) {
    String body = target.format().body(alert);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(means.url().reveal()))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    means.headers().forEach((name, value) -> request.header(name, value.reveal()));
    request.header("Content-Type", "application/json; charset=utf-8");
    request.header("Idempotency-Key", alert.getId());
    means
        .secret()
        .ifPresent(
            secret -> {
              String timestamp = Long.toString(millis.getAsLong() / 1000);
              request.header("Watchword-Timestamp", timestamp);
              request.header(
                  "Watchword-Signature", signature(secret.reveal(), timestamp + "." + body));
            });
    return request.build();
  }

  static String signature(String secret, String signed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] hash = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      return "sha256=" + HexFormat.of().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private Outcome outcome(HttpResponse<Void> response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return new Delivered();
    }
    String why = "answers with status " + status;
    boolean passing = status == 408 || status == 429 || status >= 500;
    return passing
        ? new Failed(why, response.headers().firstValue("Retry-After").flatMap(this::wait))
        : new Refused(why);
  }

  /** Seconds, or a date (RFC 9110, 10.2.3). */
  private Optional<Duration> wait(String retryAfter) {
    String text = retryAfter.strip();
    if (text.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.ofEpochMilli(millis.getAsLong()), until);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Failed failed(String why) {
    return new Failed(why, Optional.empty());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
