package dev.watchword.app.cliptest;

/** What must be seen in a clip. */
sealed interface Expectation permits Boxes, Stays {
  /** As it is written. */
  String text();

  Conditions conditions();

  Verdict judge(Watched watched);
}
