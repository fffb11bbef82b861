package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.Secret;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CameraUrlTest {
  @ParameterizedTest
  @CsvSource({
    "rtsp://admin:s3cret@10.0.0.7:554/ch1, rtsp://10.0.0.7:554/ch1",
    "RTSP://10.0.0.7/ch1, rtsp://10.0.0.7/ch1",
    "rtsp://10.0.0.7, rtsp://10.0.0.7",
    "rtsp://a:p@ss@host/ch1, rtsp://host/ch1",
    "https://host/live.m3u8?token=s3cret#s3cret, https://host/live.m3u8",
    "rtsp://host:554/user=admin_password=s3cret_channel=1/main, rtsp://host:554/***",
    "srt://host:9000?passphrase=s3cret, srt://host:9000",
    "rtsp://[fe80::1]:554/x, rtsp://[fe80::1]:554/x",
    "/videos/gate@night?.mp4, /videos/gate@night?.mp4",
    "file:///videos/gate.mp4, /videos/gate.mp4",
    "clips/gate.mp4, clips/gate.mp4"
  })
  void showsNoCredentials(String url, String shown) {
    assertThat(CameraUrl.of(new Secret(url)).toString()).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "concat:a.mp4|b.mp4",
        "data:video/mp4;base64,s3cret",
        "gopher://s3cret@host/",
        "exec:///bin/s3cret",
        "rtsp:s3cret",
        "rtsp://admin:s3cret/x",
        "rtsp://admin:s3/cret@host/x",
        "rtsp://admin:s3?cret@host/x",
        "rtsp://host/x?login=s3@cret",
        "rtsp://host/x\ns3cret",
        " "
      })
  void refusesWhatItCannotMaskOrMustNotOpen(String url) {
    assertThatThrownBy(() -> CameraUrl.of(new Secret(url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3")
        .hasMessageNotContaining("cret");
  }

  @Test
  void theStatusOnTheTopicHoldsTheMaskedUrlOnly() {
    CameraUrl url = CameraUrl.of(new Secret("rtsp://admin:s3cret@h/ch1?token=s3cret"));
    Topics topics = new Topics(true);
    CameraReport report =
        new CameraReport(
            CameraConfig.of("gate", url),
            topics.publisher,
            java.time.Clock.systemUTC(),
            () -> Recording.OFF);
    report.connecting();
    report.waiting(null, FfmpegErrors.stalled(url));

    assertThat(topics.statuses()).hasSize(2);
    assertThat(topics.statuses().toString()).contains("rtsp://h/ch1").doesNotContain("s3cret");
  }

  @Test
  void leaksNoPartOfAnyPasswordAnywhere() {
    SplittableRandom random = new SplittableRandom(11);
    List<String> schemes = List.of("rtsp", "rtsps", "rtmp", "srt", "http", "https", "udp", "tcp");
    for (int i = 0; i < 5000; i++) {
      String secret = "ZQ" + text(random) + "ZQ";
      String url =
          schemes.get(random.nextInt(schemes.size()))
              + List.of(
                      "://u:%s@h/p",
                      "://%s@h:1",
                      "://h/p?k=%s",
                      "://h#%s",
                      "://h/k=%s/p",
                      "://h?%s",
                      "://u:a@h/p?%s&x#y",
                      "://%s:%s@h/p/q?a=%s")
                  .get(random.nextInt(8))
                  .replace("%s", secret);
      assertThat(everythingShown(url)).as(url).doesNotContain("ZQ");
    }
  }

  /** All that people get to see of a URL: its text, its refusal, its failures. */
  private static String everythingShown(String text) {
    CameraUrl url;
    try {
      url = CameraUrl.of(new Secret(text));
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
    CameraConfig camera = CameraConfig.of("gate", url);
    StringBuilder shown = new StringBuilder().append(url).append(camera);
    shown.append(FfmpegErrors.openTimeout(url)).append(FfmpegErrors.ended(url));
    for (int code :
        new int[] {avutil.AVERROR_HTTP_UNAUTHORIZED, avutil.AVERROR_INVALIDDATA, -111, -5, -1}) {
      shown.append(FfmpegErrors.opening(url, code)).append(FfmpegErrors.reading(url, code));
    }
    return shown.toString();
  }

  private static String text(SplittableRandom random) {
    String letters = "abcXYZ019:/?#@!$&'()*+,;=%-._~[]";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
