package dev.watchword.paligemma.engine;

import java.time.Duration;

/**
 * What one answer took.
 *
 * @param attempts calls of an endpoint, retries included; 0 for a model in this process
 * @param promptTokens tokens of picture and prompt, as the endpoint counts them; 0 when unknown
 * @param completionTokens generated tokens
 * @param dollars price of the tokens, as configured
 * @param time from the first call to the answer, waits included; zero for a model in this process
 */
public record Usage(
    int attempts, long promptTokens, long completionTokens, double dollars, Duration time) {
  /** Of a model in this process. */
  public static Usage local(int completionTokens) {
    return new Usage(0, 0, completionTokens, 0, Duration.ZERO);
  }

  /** Of a request that was never sent. */
  public static Usage none() {
    return local(0);
  }
}
