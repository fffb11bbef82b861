package dev.watchword.ingest;

import dev.watchword.service.config.Secret;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * How many pictures ingest would publish that flipped bits have changed without the decoder's
 * notice. Stands in ingest's package to see single pictures, as nothing of them is public.
 */
public final class FlippedBits {
  private static final int PICTURES = 10_000;

  private FlippedBits() {}

  /** One bit is flipped in this share of the packets. */
  public static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    Map<String, Path> clips = new LinkedHashMap<>();
    clips.put("H.264", SceneClip.cached(directory, new DrawnScene(3, 480, 272, 12, 72)));
    clips.put("H.264, B-frames", EncodedClip.H264_WITH_B_FRAMES.in(directory));
    clips.put("H.265", EncodedClip.H265.in(directory));
    clips.put("H.265, B-frames", EncodedClip.H265_WITH_B_FRAMES.in(directory));
    System.out.printf(
        "%n| video | packets hit | pictures | held back | passed | passed though changed | rate |%n"
            + "|---|---|---|---|---|---|---|%n");
    for (double rate : new double[] {0.001, 0.01}) {
      for (Map.Entry<String, Path> clip : clips.entrySet()) {
        print(clip.getKey(), clip.getValue(), rate);
      }
    }
  }

  private static void print(String name, Path clip, double rate) throws Exception {
    Set<Long> own = ownPictures(clip);
    int passed = 0;
    int changed = 0;
    try (RtspServer server = new RtspServer(0)) {
      server.mount("gate", clip, null, RtspServer.BURST);
      server.fault("gate", Fault.BIT_FLIPS, rate);
      Damage damage = new Damage();
      try (FrameSource source = open(server.url("gate"))) {
        for (int i = 0; i < PICTURES; i++) {
          Frame frame = source.next();
          if (!damage.isDirty(frame.keyFrame(), frame.broken())) {
            passed++;
            changed += own.contains(checksum(frame.picture())) ? 0 : 1;
          }
        }
      }
    }
    System.out.printf(
        "| %s | %.1f %% | %d | %d | %d | %d | %.2f %% |%n",
        name, 100 * rate, PICTURES, PICTURES - passed, passed, changed, 100.0 * changed / passed);
  }

  private static FrameSource open(String url) throws SourceFailure {
    CameraConfig camera = CameraConfig.of("gate", CameraUrl.of(new Secret(url)));
    return FfmpegSource.opener(Clock.systemUTC(), (time, stop) -> {})
        .open(camera, new StopSignal());
  }

  private static Set<Long> ownPictures(Path clip) throws IOException {
    Set<Long> own = new HashSet<>();
    try (FrameSource source = open(clip.toString())) {
      while (true) {
        own.add(checksum(source.next().picture()));
      }
    } catch (SourceFailure end) {
      if (own.isEmpty()) {
        throw new IOException(end.getMessage());
      }
      return own;
    }
  }

  private static long checksum(AVFrame picture) {
    CRC32 sum = new CRC32();
    for (int plane = 0; plane < 3; plane++) {
      int half = plane == 0 ? 0 : 1;
      byte[] row = new byte[(picture.width() + half) >> half];
      for (int y = 0; y < (picture.height() + half) >> half; y++) {
        picture.data(plane).position((long) y * picture.linesize(plane)).get(row);
        sum.update(row);
      }
    }
    return sum.getValue();
  }
}
