package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.engine.Answer.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls one OpenAI-compatible API, again while it fails for a reason that may pass: no connection,
 * no answer in time, status 408, 425, 429 and 500 to 504. May be used by several threads.
 */
final class Endpoint implements AutoCloseable {
  /** Waits between two attempts. */
  interface Pause {
    void sleep(Duration duration) throws InterruptedException;
  }

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration FIRST_WAIT = Duration.ofMillis(500);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

  private final RemoteSettings settings;
  private final Pause pause;
  private final InstantSource clock;
  private final HttpClient http;
  private volatile ApiKey key = ApiKey.NONE;

  Endpoint(RemoteSettings settings, Pause pause, InstantSource clock) {
    this.settings = settings;
    this.pause = pause;
    this.clock = clock;
    this.http =
        HttpClient.newBuilder()
            // Asked for HTTP/2 without TLS, some servers lose the body of the first request.
            .version(Version.HTTP_1_1)
            // A redirect would carry the key to another host.
            .followRedirects(Redirect.NEVER)
            .connectTimeout(shorter(CONNECT_LIMIT, settings.timeout()))
            .build();
  }

  void authorize(ApiKey apiKey) {
    this.key = apiKey;
  }

  /**
   * The end of all attempts.
   *
   * @param last an {@link Attempt.Answered} or an {@link Attempt.Never}
   */
  record Outcome(Attempt last, int attempts) {}

  Outcome chat(byte[] body) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.resolve("/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body));
    Duration wait = FIRST_WAIT;
    for (int attempt = 1; ; attempt++) {
      Attempt ended = call(request, settings.timeout());
      if (!(ended instanceof Attempt.Again again)) {
        return new Outcome(ended, attempt);
      }
      if (attempt > settings.retries() || again.wish().compareTo(settings.timeout()) > 0) {
        return new Outcome(new Attempt.Never(Reason.UNREACHABLE, again.sentence()), attempt);
      }
      pause.sleep(longer(again.wish(), jittered(wait)));
      wait = shorter(LONGEST_WAIT, wait.multipliedBy(2));
    }
  }

  /** Asks once for what the endpoint serves. */
  Attempt models(Duration limit) throws InterruptedException {
    return call(HttpRequest.newBuilder(settings.resolve("/models")).GET(), limit);
  }

  /** The client's own timeout ends with the headers; this one covers the body too. */
  private Attempt call(HttpRequest.Builder request, Duration limit) throws InterruptedException {
    ApiKey current = key;
    CompletableFuture<HttpResponse<byte[]>> call =
        http.sendAsync(current.authorize(request.copy()).build(), BodyHandlers.ofByteArray());
    try {
      HttpResponse<byte[]> response = call.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return new Statuses(settings, current, clock)
          .judge(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      return again("does not answer within " + seconds(limit));
    } catch (ExecutionException e) {
      return again(lost(e.getCause()));
    } finally {
      call.cancel(true);
    }
  }

  private Attempt again(String sentence) {
    return new Attempt.Again("the model endpoint " + settings.url() + " " + sentence, Duration.ZERO);
  }

  private static String lost(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof UnresolvedAddressException) {
        return "cannot be reached: its host is unknown";
      }
    }
    if (cause instanceof ConnectException) {
      return "cannot be reached: nothing listens there";
    }
    return cause instanceof IOException
        ? "cannot be reached: " + cause.getMessage()
        : "cannot be reached: " + cause;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }

  /** Half to all of it, so that calls that failed together do not return together. */
  private static Duration jittered(Duration wait) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(wait.toNanos() / 2, wait.toNanos()));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Ends calls under way. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
