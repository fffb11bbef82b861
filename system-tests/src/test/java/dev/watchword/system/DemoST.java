package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** What a newcomer sees after one command. */
class DemoST {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir private Path directory;

  private WatchwordProcess demo() throws Exception {
    return WatchwordProcess.start(directory, "demo", "--data", "data", "--port", "0");
  }

  @Test
  void showsBoxesOfAllCamerasInTheBrowser() throws Exception {
    boolean installed = Browser.isInstalled();
    if (!installed) {
      System.out.println(
          "skipped: the browser test needs the Debian packages chromium and chromium-driver");
    }
    assumeTrue(installed, "chromium and chromium-driver are not installed");
    try (WatchwordProcess demo = demo()) {
      String url = demo.awaitLine("console +(http://\\S+)", LIMIT);
      try (Browser browser = Browser.open(url)) {
        Wait.until(
            "three live cameras",
            LIMIT,
            () -> browser.elements(".tile[data-state=live]").size() == 3 ? true : null);
        Wait.until("boxes on a picture", LIMIT, () -> boxes(browser) > 0 ? true : null);
        Wait.until(
            "several frames on each tile", LIMIT, () -> leastFrames(browser) >= 5 ? true : null);
        browser.screenshot(Path.of("target", "console.png"));
      }
    }
  }

  @Test
  void stopsWithinThreeSecondsAndGoesOnAfterwards() throws Exception {
    long first;
    try (WatchwordProcess demo = demo()) {
      demo.awaitLine("console +(http://\\S+)", LIMIT);
      tail("--count", "10");
      assertThat(demo.stop(Duration.ofSeconds(3))).isLessThan(Duration.ofSeconds(3));
      assertThat(demo.output()).doesNotContain("Exception");
      first = partitionLogs();
    }
    try (WatchwordProcess demo = demo()) {
      demo.awaitLine("console +(http://\\S+)", LIMIT);

      assertThat(tail("--count", "10", "--from-beginning")).hasSizeGreaterThanOrEqualTo(10);
      assertThat(partitionLogs()).isGreaterThanOrEqualTo(first);
      assertThat(demo.output()).doesNotContain("Exception");
    }
  }

  private List<String> tail(String... arguments) throws Exception {
    String[] command =
        Stream.concat(Stream.of("tail", "--data", "data"), Stream.of(arguments))
            .toArray(String[]::new);
    try (WatchwordProcess tail = WatchwordProcess.start(directory, command)) {
      Wait.until("the lines of tail", LIMIT, () -> tail.isAlive() ? null : true);
      List<String> lines =
          tail.output().lines().filter(line -> line.startsWith("{\"camera\"")).toList();
      assertThat(lines).as(tail.output()).isNotEmpty();
      return lines;
    }
  }

  private long partitionLogs() throws Exception {
    try (Stream<Path> files = Files.walk(directory.resolve("data").resolve("kafka"))) {
      return files
          .filter(
              file -> file.toString().contains("detections-") && file.toString().endsWith(".log"))
          .count();
    }
  }

  private static int boxes(Browser browser) {
    return browser.elements(".tile").stream().mapToInt(tile -> number(tile, "data-boxes")).sum();
  }

  private static int leastFrames(Browser browser) {
    return browser.elements(".tile").stream()
        .mapToInt(tile -> number(tile, "data-frames"))
        .min()
        .orElse(0);
  }

  private static int number(WebElement tile, String attribute) {
    String value = tile.getDomAttribute(attribute);
    return value == null || value.isEmpty() ? 0 : Integer.parseInt(value);
  }
}
