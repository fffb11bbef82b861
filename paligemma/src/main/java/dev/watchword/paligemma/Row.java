package dev.watchword.paligemma;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One row of a batch: an answer while it is being decoded. Each pass feeds the tokens since the
 * last pass and those that are proposed to follow, and chooses at each of them: proposals hold as
 * far as they are what greedy decoding chooses anyway. Used by one thread at a time.
 */
final class Row {
  /**
   * What is asked.
   *
   * @param frame which frame of the image features it is about
   * @param prompt whose grammar, if any, tells which tokens are forced
   * @param constrained whether the answer is held to that grammar
   * @param checked whether each token is compared with the choice over the whole vocabulary
   * @param draft tokens that the answer may begin with
   */
  record Question(
      int frame,
      CompiledPrompt prompt,
      boolean constrained,
      boolean checked,
      List<Integer> draft) {}

  /** The choices of one pass at the latest token and at each proposal, made as they are needed. */
  interface Choices {
    TokenChooser.Choice at(int index, int state);

    /** The choice over the whole vocabulary. */
    int free(int index);
  }

  private static final int MORE_THAN_HELD = 2;

  private final Question question;
  private final boolean jumpAhead;
  private final TokenChooser chooser;
  private final int maxNewTokens;
  private final int mostProposals;
  private final List<EmittedToken> tokens = new ArrayList<>();
  private int state;
  private int[] proposal = new int[0];

  /** The grammar's state at the latest token and after each proposal. */
  private int[] states = new int[0];

  /** Whether the draft may still tell what comes next: its token at the same place. */
  private boolean drafted;

  /** How many of the proposed tokens are the draft's. */
  private int drafting;

  /** How many of the draft's tokens to propose: at first all, then little more than have held. */
  private int draftRoom = Integer.MAX_VALUE;

  private int passes;
  private int triedOfDraft;
  private int accepted;
  private int unforced;
  private int freeTokens;
  private long busyNanos;
  private boolean finished;
  private Optional<RuntimeException> failure = Optional.empty();
  private Slot slot;

  /**
   * @param mostProposals how many tokens one pass can take besides those that are known
   */
  Row(
      Question question,
      TokenChooser chooser,
      int maxNewTokens,
      boolean jumpAhead,
      int mostProposals) {
    this.question = question;
    this.chooser = chooser;
    this.maxNewTokens = maxNewTokens;
    this.jumpAhead = jumpAhead;
    this.mostProposals = mostProposals;
    this.state = question.prompt().grammar().isPresent() ? Grammar.START : Grammar.NONE;
    this.drafted = !question.draft().isEmpty();
    propose();
  }

  /** Gives it memory for its keys and values. */
  void start(Slot memory, int imageTokens) {
    slot = memory;
    slot.reserve(imageTokens + question.prompt().tokens().length + maxNewTokens);
  }

  Slot slot() {
    return slot;
  }

  Question question() {
    return question;
  }

  int frame() {
    return question.frame();
  }

  List<EmittedToken> tokens() {
    return tokens;
  }

  boolean finished() {
    return finished;
  }

  Optional<RuntimeException> failure() {
    return failure;
  }

  void fail(RuntimeException cause) {
    failure = Optional.of(cause);
    finished = true;
  }

  Effort effort() {
    OptionalInt free = question.checked() ? OptionalInt.of(freeTokens) : OptionalInt.empty();
    return new Effort(passes, triedOfDraft, accepted, unforced, free, Duration.ofNanos(busyNanos));
  }

  /** The grammar's state at each of those places, as long as the proposals hold. */
  int[] states() {
    return states;
  }

  /** How many places the next pass has to choose at. */
  int choices() {
    return proposal.length + 1;
  }

  /** The text tokens that the next pass adds: the prompt or the latest token, and the proposals. */
  int[] chunk() {
    int[] known = tokens.isEmpty() ? question.prompt().tokens() : new int[] {tokens.getLast().id()};
    int[] chunk = new int[known.length + proposal.length];
    System.arraycopy(known, 0, chunk, 0, known.length);
    System.arraycopy(proposal, 0, chunk, known.length, proposal.length);
    return chunk;
  }

  /** Takes its share of a pass's time. */
  void spend(long nanos) {
    busyNanos += nanos;
  }

  /** Takes what a pass has chosen; the slot holds the whole chunk. */
  void take(Choices choices) {
    passes++;
    triedOfDraft += drafting;
    int held = 0;
    while (add(choices, held)
        && held < proposal.length
        && proposal[held] == tokens.getLast().id()) {
      held++;
    }
    slot.cutTo(slot.length() - proposal.length + held);
    accepted += Math.min(held, drafting);
    draftRoom = held + MORE_THAN_HELD;
    if (!finished) {
      propose();
    }
  }

  /** Adds the choice at {@code index}; false when the answer is complete with it. */
  private boolean add(Choices choices, int index) {
    TokenChooser.Choice choice = choices.at(index, question.constrained() ? state : Grammar.NONE);
    EmittedToken token = choice.token();
    unforced += choice.unforced() ? 1 : 0;
    int place = tokens.size();
    tokens.add(token);
    if (question.checked() && choices.free(index) == token.id()) {
      freeTokens++;
    }
    finished = chooser.ends(token.id()) || tokens.size() == maxNewTokens;
    if (!finished) {
      int before = state;
      state = after(before, token.id());
      if (drafted && place < question.draft().size()) {
        int guess = question.draft().get(place);
        drafted = guess == token.id() || (state != Grammar.NONE && after(before, guess) == state);
      }
    }
    return !finished;
  }

  private int after(int from, int token) {
    return from == Grammar.NONE
        ? Grammar.NONE
        : question.prompt().grammar().orElseThrow().next(from, token);
  }

  /** First what the draft says, as long as the grammar lets it, then what must follow. */
  private void propose() {
    List<Integer> next = new ArrayList<>();
    List<Integer> through = new ArrayList<>();
    int room = Math.min(maxNewTokens - tokens.size() - 1, mostProposals);
    int at = state;
    through.add(at);
    List<Integer> draft = question.draft();
    int end = (int) Math.min(draft.size(), (long) tokens.size() + draftRoom);
    for (int i = tokens.size(); drafted && i < end && next.size() < room; i++) {
      int token = draft.get(i);
      at = after(at, token);
      if (chooser.ends(token) || (question.constrained() && at == Grammar.NONE)) {
        room = next.size();
      } else {
        next.add(token);
        through.add(at);
      }
    }
    drafting = next.size();
    while (jumpAhead && at != Grammar.NONE && next.size() < room) {
      int token = question.prompt().grammar().orElseThrow().forced(at);
      if (token == Grammar.NONE) {
        break;
      }
      next.add(token);
      at = after(at, token);
      through.add(at);
    }
    states = through.stream().mapToInt(Integer::intValue).toArray();
    proposal = next.stream().mapToInt(Integer::intValue).toArray();
  }
}
