package dev.watchword.system;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;

/** One scrape of a process's {@code /metrics}. */
public record Metrics(Map<String, Double> samples) {
  public static Metrics scrape(String url) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      String body =
          http.send(
                  HttpRequest.newBuilder(URI.create(url)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Map<String, Double> samples = new HashMap<>();
      body.lines()
          .filter(line -> !line.startsWith("#") && line.contains(" "))
          .forEach(
              line ->
                  samples.put(
                      line.substring(0, line.lastIndexOf(' ')),
                      Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
      return new Metrics(samples);
    }
  }

  /** The sum over all samples of a family whose labels contain the text. */
  public double sum(String family, String labels) {
    return samples.entrySet().stream()
        .filter(
            sample -> sample.getKey().equals(family) || sample.getKey().startsWith(family + "{"))
        .filter(sample -> sample.getKey().contains(labels))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  public double sum(String family) {
    return sum(family, "");
  }
}
