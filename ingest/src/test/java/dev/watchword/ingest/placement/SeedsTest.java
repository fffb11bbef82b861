package dev.watchword.ingest.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Camera;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedsTest {
  private static final String FILE = "host:/data";

  @Test
  void addsChangesAndDeletesWhatTheFileHasPutThere() {
    Map<String, Camera> present = new HashMap<>();
    put(present, camera("same", "rtsp://a/1", FILE));
    put(present, camera("moved", "rtsp://a/2", FILE));
    put(present, camera("gone", "rtsp://a/3", FILE));

    Map<String, Camera> changes =
        Seeds.changes(
            present,
            List.of(
                camera("same", "rtsp://a/1", FILE),
                camera("moved", "rtsp://b/2", FILE),
                camera("new", "rtsp://a/4", FILE)),
            FILE);

    assertThat(changes).containsOnlyKeys("moved", "gone", "new");
    assertThat(changes.get("gone")).isNull();
    assertThat(changes.get("moved").getUrl()).isEqualTo("rtsp://b/2");
  }

  @Test
  void leavesWhatWasMadeWhileRunningAndWhatAnotherFileNames() {
    Map<String, Camera> present = new HashMap<>();
    put(present, camera("changed", "rtsp://x/1", null));
    Camera removed =
        Camera.newBuilder(camera("removed", "rtsp://x/2", null)).setRemoved(true).build();
    put(present, removed);
    put(present, camera("other", "rtsp://x/3", "elsewhere:/data"));

    assertThat(
            Seeds.changes(
                present,
                List.of(
                    camera("changed", "rtsp://a/1", FILE), camera("removed", "rtsp://a/2", FILE)),
                FILE))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://admin:s3cret@10.0.0.7/ch1",
        "rtsp://10.0.0.7/cam?password=s3cret",
        "rtsp://10.0.0.7/user=admin_password=s3cret_channel=1",
        "http://10.0.0.7/video?channel=1&token=s3cret",
        "rtsp://admin:${env:P}x@10.0.0.7/ch1",
      })
  void findsWhatMayBeASecret(String url) {
    assertThat(Credentials.in(url)).isPresent();
    assertThat(Credentials.in(url).get()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://10.0.0.7/ch1",
        "rtsp://viewer:${env:P}@10.0.0.7/ch1",
        "rtsp://${env:U}:${file:/run/p}@10.0.0.7/cam/realmonitor?channel=1&subtype=0",
        "rtsp://10.0.0.7/user=${env:U}_password=${env:P}_channel=1",
        "clips/gate.mp4",
      })
  void letsUrlsWithoutSecretsThrough(String url) {
    assertThat(Credentials.in(url)).isEmpty();
  }

  private static void put(Map<String, Camera> present, Camera camera) {
    present.put(camera.getId(), camera);
  }

  private static Camera camera(String id, String url, String seededBy) {
    return new Camera(id, url, Map.of("sample", "2/s"), seededBy, false, Instant.EPOCH);
  }
}
