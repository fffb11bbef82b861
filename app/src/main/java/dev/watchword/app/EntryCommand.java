package dev.watchword.app;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Parameters;

/** A command about one of the entries of a topic, of which a {@code list} beside it prints ids. */
abstract class EntryCommand extends KafkaCommand {
  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "As '${PARENT-COMMAND-NAME} list' prints it.")
  private String id;

  final String id() {
    return id;
  }

  /**
   * The entry, unless it was removed.
   *
   * @param what an entry is; the command's name, too
   */
  final <T> T known(String what, Map<String, T> entries, Predicate<T> isRemoved) {
    return Optional.ofNullable(entries.get(id))
        .filter(isRemoved.negate())
        .orElseThrow(() -> CommandFailure.unknown(what, id));
  }
}
