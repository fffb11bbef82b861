package dev.watchword.inference;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What this worker has answered, by minute, as totals that are published with the answers which
 * they count. Used by one thread.
 *
 * <p>When it is not sure whether a transaction went through, the totals begin anew under another
 * run id. Of the runs before, what was committed stands: it is right in either case, so nobody has
 * to find out.
 */
final class CoverageTotals {
  private static final int MOST_MINUTES = 4096;

  private final Supplier<String> runs;
  private final Map<Minute, Tally> committed = new HashMap<>();
  private String run;

  /**
   * @param runs makes {@link Coverage#getProcess()}
   */
  CoverageTotals(Supplier<String> runs) {
    this.runs = runs;
    this.run = runs.get();
  }

  /** The totals as they are when these have been committed, for each prompt. */
  List<Coverage> with(Map<Minute, Tally> more) {
    List<Coverage> records = new ArrayList<>();
    more.forEach(
        (minute, tally) -> {
          Tally total = new Tally();
          total.add(committed.getOrDefault(minute, new Tally()));
          total.add(tally);
          total
              .answers()
              .forEach((prompt, outcomes) -> records.add(record(minute, total, prompt, outcomes)));
        });
    return records;
  }

  private Coverage record(
      Minute minute, Tally total, String prompt, Map<RequestOutcome, Long> outcomes) {
    return Coverage.newBuilder()
        .setCamera(minute.camera())
        .setSession(minute.session())
        .setMinute(minute.start())
        .setService(CoverageService.INFERENCE)
        .setProcess(run)
        .setClosed(true)
        .setPrompt(prompt)
        .setConsumed(total.consumed())
        .setLate(total.late())
        .setExpired(total.expired())
        .setAnswers(
            outcomes.entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().label(), Map.Entry::getValue)))
        .build();
  }

  /** The transaction with them has gone through. */
  void committed(Map<Minute, Tally> more) {
    more.forEach(
        (minute, tally) -> committed.computeIfAbsent(minute, any -> new Tally()).add(tally));
    if (committed.size() > MOST_MINUTES) {
      beginAnew();
    }
  }

  /** The last transaction has failed, or perhaps not. */
  void beginAnew() {
    committed.clear();
    run = runs.get();
  }
}
