package dev.watchword.app;

import dev.watchword.schemas.DeadLetter;
import dev.watchword.service.kafka.DeadLetterBox;
import dev.watchword.service.kafka.DeadLetterBox.Entry;
import dev.watchword.service.kafka.DeadLetterBox.Place;
import dev.watchword.service.kafka.KafkaSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code watchword dead-letter}: records that could not be worked on, listed, shown, sent again.
 */
@Command(
    name = "dead-letter",
    description = "Lists, shows and sends again records that could not be worked on.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DeadLetterCommand.Listing.class,
      DeadLetterCommand.Show.class,
      DeadLetterCommand.Send.class
    })
final class DeadLetterCommand {
  private DeadLetterCommand() {}

  @Command(
      name = "list",
      description = "Prints a line for each letter.",
      mixinStandardHelpOptions = true)
  static final class Listing extends KafkaCommand {
    private static final String ROW = "%-28s %-20s %-12s %-16s %8s  %s%n";

    @Option(
        names = "--hours",
        paramLabel = "N",
        defaultValue = "72",
        description = "How far back. Default: ${DEFAULT-VALUE}, as long as letters are kept.")
    private int hours;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      DeadLetterBox box = new DeadLetterBox(kafka);
      System.out.printf(ROW, "id", "at", "service", "key", "bytes", "why");
      box.read(Instant.now().minus(Duration.ofHours(hours)), Listing::print);
    }

    private static void print(Entry entry) {
      DeadLetter letter = entry.letter();
      ByteBuffer value = letter.getValue();
      System.out.printf(
          ROW,
          entry.place(),
          letter.getAt().toString().substring(0, 19),
          letter.getService(),
          entry.key(),
          value == null ? "none" : value.remaining(),
          letter.getError());
    }
  }

  @Command(
      name = "show",
      description = "Prints all of one letter, its record as hexadecimal bytes.",
      mixinStandardHelpOptions = true)
  static final class Show extends EntryCommand {
    private static final int LINE = 16;

    @Option(
        names = "--bytes",
        paramLabel = "N",
        defaultValue = "256",
        description = "How many bytes to print. Default: ${DEFAULT-VALUE}.")
    private int bytes;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      DeadLetterBox box = new DeadLetterBox(kafka);
      Entry entry = found(box, id());
      DeadLetter letter = entry.letter();
      System.out.printf("id       %s%n", entry.place());
      System.out.printf(
          "from     %s, partition %d, offset %d%n",
          letter.getTopic(), letter.getPartition(), letter.getOffset());
      System.out.printf("key      %s%n", entry.key());
      System.out.printf("at       %s%n", letter.getAt());
      System.out.printf("service  %s%n", letter.getService());
      System.out.printf("why      %s%n", letter.getError());
      if (letter.getValue() == null) {
        System.out.println("value    none kept");
      } else {
        dump(letter.getValue().duplicate());
      }
    }

    private void dump(ByteBuffer value) {
      System.out.printf("value    %d bytes%n", value.remaining());
      for (int at = 0; at < bytes && value.hasRemaining(); at += LINE) {
        byte[] line = new byte[Math.min(Math.min(LINE, bytes - at), value.remaining())];
        value.get(line);
        StringBuilder text = new StringBuilder();
        for (byte each : line) {
          text.append(each >= ' ' && each < 127 ? (char) each : '.');
        }
        System.out.printf("%08x  %-48s %s%n", at, HexFormat.ofDelimiter(" ").formatHex(line), text);
      }
    }
  }

  @Command(
      name = "send",
      description = "Appends the kept records again to the topics that they came from.",
      mixinStandardHelpOptions = true)
  static final class Send extends KafkaCommand {
    @Parameters(paramLabel = "ID", arity = "1..*", description = "As 'dead-letter list' prints it.")
    private List<String> ids;

    @Override
    void act(KafkaSettings kafka) throws InterruptedException {
      DeadLetterBox box = new DeadLetterBox(kafka);
      List<Entry> entries = new ArrayList<>();
      for (String id : ids) {
        entries.add(found(box, id));
      }
      try {
        box.sendAgain(entries);
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(e.getMessage(), e);
      }
      entries.forEach(
          entry -> System.out.println(entry.place() + " sent to " + entry.letter().getTopic()));
    }
  }

  private static Entry found(DeadLetterBox box, String id) throws InterruptedException {
    Place place =
        Place.parse(id)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        "'"
                            + id
                            + "' is no letter's id; 'watchword dead-letter list' prints them"));
    return box.at(place)
        .orElseThrow(
            () ->
                new CommandFailure(
                    "there is no letter " + id + "; 'watchword dead-letter list' prints them"));
  }
}
