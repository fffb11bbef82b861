package dev.watchword.app.cliptest;

/** How many there must be. */
record Amount(Bound bound, int count) {
  static final Amount SOME = new Amount(Bound.AT_LEAST, 1);
  static final Amount NONE = new Amount(Bound.AT_MOST, 0);

  enum Bound {
    AT_LEAST,
    AT_MOST,
    EXACTLY
  }

  boolean holds(int number) {
    return switch (bound) {
      case AT_LEAST -> number >= count;
      case AT_MOST -> number <= count;
      case EXACTLY -> number == count;
    };
  }
}
