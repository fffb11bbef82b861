package dev.watchword.app.cliptest;

/**
 * An expectation, and what became of it with one prompt.
 *
 * @param number of the expectation in its clip, from 1
 */
public record Result(String clip, String prompt, int number, String expectation, Verdict verdict) {
  public boolean ok() {
    return verdict.ok();
  }
}
