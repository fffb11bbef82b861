package dev.watchword.sink.alerts;

import dev.watchword.service.config.Section;
import dev.watchword.service.config.Suggestion;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * When a rule is on, by the clock on the wall at a place. The hours are those that the clock shows:
 * what it shows twice when summer time ends belongs to them twice, what it skips when summer time
 * begins not at all.
 *
 * @param days on which the hours begin; past midnight they go on into the next day
 * @param hours empty for the whole day
 */
public record Schedule(Set<DayOfWeek> days, Optional<Hours> hours, ZoneId zone) {
  static final Schedule ALWAYS =
      new Schedule(EnumSet.allOf(DayOfWeek.class), Optional.empty(), ZoneId.of("UTC"));

  private static final List<String> DAYS =
      Arrays.stream(DayOfWeek.values()).map(Schedule::name).toList();

  /**
   * @param from the first moment that belongs to it
   * @param to the first that does not; before {@code from}, it is of the next day
   */
  public record Hours(LocalTime from, LocalTime to) {}

  public Schedule {
    days = Set.copyOf(days);
  }

  boolean covers(Instant moment) {
    ZonedDateTime local = moment.atZone(zone);
    DayOfWeek today = local.getDayOfWeek();
    if (hours.isEmpty()) {
      return days.contains(today);
    }
    LocalTime time = local.toLocalTime();
    boolean begun = !time.isBefore(hours.get().from());
    boolean over = !time.isBefore(hours.get().to());
    if (hours.get().from().isBefore(hours.get().to())) {
      return begun && !over && days.contains(today);
    }
    return begun && days.contains(today) || !over && days.contains(today.minus(1));
  }

  static Schedule from(Section rule) {
    if (!rule.has("schedule")) {
      return ALWAYS;
    }
    Section schedule = rule.section("schedule");
    return new Schedule(days(schedule), hours(schedule), zone(schedule));
  }

  private static Set<DayOfWeek> days(Section schedule) {
    List<String> names = schedule.texts("days");
    if (names.isEmpty()) {
      return ALWAYS.days();
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String name : names) {
      int index = DAYS.indexOf(name.toLowerCase(Locale.ROOT));
      if (index < 0) {
        throw schedule.wrong(
            "days", "expected some of " + String.join(", ", DAYS) + ", not '" + name + "'");
      }
      days.add(DayOfWeek.of(index + 1));
    }
    return days;
  }

  private static Optional<Hours> hours(Section schedule) {
    if (!schedule.has("from") && !schedule.has("to")) {
      return Optional.empty();
    }
    Hours hours = new Hours(time(schedule, "from"), time(schedule, "to"));
    if (hours.from().equals(hours.to())) {
      throw schedule.wrong(
          "to", "is the same time as from; leave both out for the whole day, or change one");
    }
    return Optional.of(hours);
  }

  private static LocalTime time(Section schedule, String key) {
    String text = schedule.text(key);
    if (text.equals("24:00")) {
      return LocalTime.MIDNIGHT;
    }
    if (!text.matches("([01]\\d|2[0-3]):[0-5]\\d")) {
      throw schedule.wrong(key, "expected a time such as 22:00, not '" + text + "'");
    }
    return LocalTime.parse(text);
  }

  private static ZoneId zone(Section schedule) {
    String text = schedule.text("time-zone", "UTC");
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw schedule.wrong(
          "time-zone",
          "there is no time zone '"
              + text
              + "'; "
              + Suggestion.nearest(text, ZoneId.getAvailableZoneIds())
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("write it as in Europe/Berlin"));
    }
  }

  /** The keys of a rule that say this. */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    if (equals(ALWAYS)) {
      return settings;
    }
    settings.put(
        "schedule.days", RuleSettings.list(days.stream().sorted().map(Schedule::name).toList()));
    settings.put("schedule.time-zone", zone.getId());
    hours.ifPresent(
        each -> {
          settings.put("schedule.from", each.from().toString());
          settings.put("schedule.to", each.to().toString());
        });
    return settings;
  }

  private static String name(DayOfWeek day) {
    return day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH).toLowerCase(Locale.ROOT);
  }
}
