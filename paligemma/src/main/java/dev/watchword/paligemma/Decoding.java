package dev.watchword.paligemma;

/**
 * How answers are decoded. Each saving can be switched off and none changes an answer: with or
 * without them it is plain greedy decoding, under the grammar or free.
 *
 * @param grammar whether answers with boxes are held to the form {@code object ; object} with the
 *     prompt's classes as labels. Otherwise they are free, as in the reference implementation, and
 *     malformed ones are left out when read
 * @param restrictedHead whether, under a grammar, only the logits of tokens that it ever allows are
 *     computed; the head over the whole vocabulary is then not even loaded until a free answer or
 *     an agreement check needs it
 * @param jumpAhead whether tokens that alone may follow are proposed and checked in the pass of the
 *     token before
 * @param lastLayerPruning whether the last layer leaves out positions of no further use
 * @param drafts whether the draft of a {@link Request} is used
 * @param slots how many answers may be decoded at the same time; each keeps keys and values for its
 *     longest possible answer
 * @param agreementEvery of each how many pictures one is checked against free decoding; 0 checks
 *     none
 */
public record Decoding(
    boolean grammar,
    boolean restrictedHead,
    boolean jumpAhead,
    boolean lastLayerPruning,
    boolean drafts,
    int slots,
    int agreementEvery) {
  private static final int DEFAULT_SLOTS = 32;

  public Decoding {
    if (slots < 1 || agreementEvery < 0) {
      throw new IllegalArgumentException(
          "slots (%d) must be at least 1 and agreementEvery (%d) not negative"
              .formatted(slots, agreementEvery));
    }
  }

  /** Everything on, but for the agreement check. */
  public static Decoding fast() {
    return new Decoding(true, true, true, true, true, DEFAULT_SLOTS, 0);
  }

  /** One token a pass over the whole vocabulary, whatever the prompt. */
  public static Decoding plain() {
    return new Decoding(false, false, false, false, false, DEFAULT_SLOTS, 0);
  }

  public Decoding withGrammar(boolean grammar) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withRestrictedHead(boolean restrictedHead) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withJumpAhead(boolean jumpAhead) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withLastLayerPruning(boolean lastLayerPruning) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withDrafts(boolean drafts) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withSlots(int slots) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }

  public Decoding withAgreementEvery(int agreementEvery) {
    return new Decoding(
        grammar, restrictedHead, jumpAhead, lastLayerPruning, drafts, slots, agreementEvery);
  }
}
