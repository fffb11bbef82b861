package dev.watchword.paligemma.remote;

import java.net.http.HttpRequest;

/** What proves to an endpoint who asks. Never shown; may be absent. */
final class ApiKey {
  static final ApiKey NONE = new ApiKey("");

  private final String value;

  /**
   * @throws IllegalArgumentException when the text cannot stand in a header; without the text
   */
  ApiKey(String value) {
    if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "the API key holds a character that no key has, such as a space or a line break");
    }
    this.value = value;
  }

  boolean isGiven() {
    return !value.isEmpty();
  }

  HttpRequest.Builder authorize(HttpRequest.Builder request) {
    return isGiven() ? request.header("Authorization", "Bearer " + value) : request;
  }

  /** Takes the key out of what a server says, in case it repeats it. */
  String redact(String text) {
    return isGiven() ? text.replace(value, "***") : text;
  }

  @Override
  public String toString() {
    return "***";
  }
}
