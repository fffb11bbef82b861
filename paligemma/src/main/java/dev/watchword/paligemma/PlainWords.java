package dev.watchword.paligemma;

/** What people write into a prompt, as opposed to tokens with a meaning of their own. */
final class PlainWords {
  private PlainWords() {}

  /** Angle brackets would be read as special tokens such as {@code <eos>}. */
  static String checked(String what, String words) {
    if (words.indexOf('<') >= 0 || words.indexOf('>') >= 0) {
      throw new IllegalArgumentException(
          "%s '%.60s' holds '<' or '>': write it in plain words".formatted(what, words));
    }
    return words;
  }
}
