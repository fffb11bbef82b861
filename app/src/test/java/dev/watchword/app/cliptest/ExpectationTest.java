package dev.watchword.app.cliptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.service.zones.Line;
import dev.watchword.service.zones.Polygon;
import dev.watchword.service.zones.Zones;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectationTest {
  private static final List<String> LABELS = List.of("person", "car", "traffic light");
  private static final Zones ZONES =
      new Zones(
          Map.of("dock", Polygon.of("0,0 0.5,0 0.5,1 0,1")),
          Map.of("door", Line.of("0.5,0 0.5,1")));

  /** A frame each half second; the letters are its objects, in capitals where they are sure. */
  private static Watched clip(String... frames) {
    List<Sight> sights = new ArrayList<>();
    for (int i = 0; i < frames.length; i++) {
      List<Detection> seen =
          frames[i].chars().mapToObj(letter -> detection((char) letter)).toList();
      sights.add(new Sight(i, Duration.ofMillis(500L * i), seen));
    }
    return new Watched(sights, List.of(), ZONES, 0.5);
  }

  /** A person stands in the right half of the picture, a car in the left. */
  private static Detection detection(char letter) {
    boolean person = Character.toLowerCase(letter) == 'p';
    float x = person ? 0.7f : 0.1f;
    return new Detection(
        person ? "person" : "car",
        new BoundingBox(x, 0.4f, x + 0.2f, 0.9f),
        Character.isUpperCase(letter) ? 0.9f : 0.3f,
        new ScoreParts(1f, 1f, 1f),
        null);
  }

  private static Verdict judge(String text, Watched watched) {
    return ExpectationText.parse(text, LABELS, ZONES).judge(watched);
  }

  @ParameterizedTest
  @CsvSource({
    "person, true",
    "a person between 0.5 s and 1.5 s, true",
    "person between 1s and 2s, false",
    "person before 500ms, true",
    "person after 1.5 s, false",
    "at least 2 car, true",
    "at least three car, false",
    "at most 2 car, true",
    "at most 1 car, false",
    "no car, false",
    "no car before 500ms, true",
    "no person after 1 s, true",
    "always car after 1 s, true",
    "always car, false",
    "always exactly 2 car between 1.5 s and 2 s, true",
    "car in dock, true",
    "car in the zone dock with score 0.8, true",
    "car with score 0.95, false",
    "person in dock, false",
    "no traffic light, true",
    "traffic light, false",
    "person after 10 s, false",
    "no person after 10 s, false",
  })
  void isJudgedByTheFramesOfItsTime(String text, boolean ok) {
    assertThat(judge(text, clip("P", "Pp", "C", "CC", "CC")).ok()).as(text).isEqualTo(ok);
  }

  @Test
  void tellsWhatWasSeenInstead() {
    Watched watched = clip("P", "Pp", "Cp", "CC", "CC");

    assertThat(judge("person between 1 s and 2 s", watched).sentence())
        .isEqualTo(
            "in none of 3 frames from 1 s to 2 s; best score 0.30 at 1 s; outside of this time at"
                + " 0-0.5 s");
    assertThat(judge("person in dock", watched).sentence())
        .isEqualTo("in none of 5 frames; best score outside of the zone 0.90 at 0 s");
    assertThat(judge("no car", watched).sentence())
        .isEqualTo("saw 1 to 2 in 3 of 5 frames, 1-2 s; best score 0.90 at 1 s");
    assertThat(judge("at least 3 car", watched).sentence())
        .isEqualTo("at most 2 at once in 5 frames");
    assertThat(judge("always person", watched).sentence())
        .isEqualTo("saw 0 in 3 of 5 frames, 1-2 s");
    assertThat(judge("no person after 10 s", watched).sentence())
        .isEqualTo("no frame was sampled from 10 s on; the clip's are from 0 s to 2 s");
    assertThat(judge("car", watched).sentence()).isEqualTo("in 3 of 5 frames, 1-2 s");
  }

  @Test
  void namesTheFramesThatShowIt() {
    Watched watched = clip("P", "Pp", "Cp", "CC", "CC");

    assertThat(judge("no car", watched).frames()).containsExactly(2, 3, 4);
    assertThat(judge("at least 3 car", watched).frames()).containsExactly(3, 4, 2);
    assertThat(judge("traffic light", watched).frames()).containsExactly(2);
    assertThat(judge("car", watched).frames()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "persn between 1 s and 2 s | no prompt of this clip asks for 'persn'; did you mean 'person'?",
        "no elephant | no prompt of this clip asks for 'elephant'; there are person, car, traffic light",
        "person betwen 1 s and 2 s | 'betwen' is not understood; did you mean 'between'?",
        "person between 1 s | expected 'and' after 's'",
        "person between 1 s or 2 s | expected 'and' after 's'",
        "person between 3 s and 2 s | the time ends before it begins",
        "person between 3 and 4 s | expected a duration such as 250ms, 5s, 2m or 1h, not '3 and'",
        "person in dok | the clip has no zone 'dok'; did you mean 'dock'?",
        "person with score 7 | expected a score between 0 and 1, not '7'",
        "2 person | in how many frames? Say 'at least', 'at most' or 'always' before the number",
        "at 2 person | expected 'least' or 'most' after 'at'",
        "person of at least 2 s | 'of' is said of stays",
        "one stay of person crossing gate | the clip has no line 'gate'; there are door",
        "always one stay of person | 'always' is said of boxes, not of stays",
        "person after 1 s after 2 s | says 'after' twice",
        "person between 1 s and 2 s before 3 s | says two times",
        "at least | expected a number at the end",
        "no | what is expected? Name one of person, car, traffic light",
      })
  void saysWhatIsWrongAndTheWayOut(String text, String sentence) {
    assertThatThrownBy(() -> ExpectationText.parse(text, LABELS, ZONES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "': ")
        .hasMessageContaining(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "one stay of a car of at least 2 s",
        "stay of person",
        "a stay of person in dock for at least 1m",
        "no stays of traffic light after 3s",
        "at most 3 stays of person crossing the line door between 1 s and 5s with score 0.9",
        "Always at least 2 Person before 3 s",
      })
  void understandsWhatPeopleWrite(String text) {
    assertThat(ExpectationText.parse(text, LABELS, ZONES).text()).isEqualTo(text);
  }
}
