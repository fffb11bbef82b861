package dev.watchword.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.CameraUrl;
import dev.watchword.ingest.DecodeMode;
import dev.watchword.ingest.UnpacedPlay;
import dev.watchword.service.config.Secret;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Processor seconds per second of a camera's stream, from packets to JPEGs of 640 pixels at two a
 * second, against the ffmpeg program that does the same: both with one decoder thread, in turns,
 * medians. Ours are those of the whole process in steady state; the program's include its start.
 */
final class IngestDecode {
  private static final int ROUNDS = 7;
  private static final int SECONDS = 40;

  private IngestDecode() {}

  private record Material(String name, Path clip, double seconds) {}

  static void run(List<String> clips) throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    List<Material> material = new ArrayList<>();
    if (clips.isEmpty()) {
      material.add(drawn(directory, 1920, 1080, 25, 4));
      material.add(drawn(directory, 1280, 720, 15, 2));
    }
    for (String clip : clips) {
      Path path = Path.of(clip);
      material.add(new Material(path.getFileName().toString(), path, FfmpegCommand.seconds(path)));
    }
    System.out.printf(
        "%n| clip | what | CPU s per stream s | against ffmpeg | decoded |%n|---|---|---|---|---|%n");
    for (Material each : material) {
      compare(each);
    }
  }

  private static Material drawn(Path directory, int width, int height, int fps, int megabits)
      throws IOException, InterruptedException {
    Path clip = CameraClip.write(directory, width, height, fps, megabits, SECONDS);
    return new Material(
        "%dp%d H.264, %.1f Mbit/s, GOP 2 s"
            .formatted(height, fps, Files.size(clip) * 8e-6 / SECONDS),
        clip,
        SECONDS);
  }

  private static void compare(Material material) throws Exception {
    Map<DecodeMode, List<Double>> ours = new EnumMap<>(DecodeMode.class);
    Map<DecodeMode, List<Double>> ratios = new EnumMap<>(DecodeMode.class);
    Map<DecodeMode, UnpacedPlay.Result> results = new EnumMap<>(DecodeMode.class);
    List<Double> theirs = new ArrayList<>();
    for (int round = -1; round < ROUNDS; round++) {
      double program = program(material.clip());
      if (round >= 0) {
        theirs.add(program);
      }
      for (DecodeMode mode : DecodeMode.values()) {
        long before = cpuNanos();
        results.put(mode, UnpacedPlay.play(camera(material.clip(), mode)));
        double seconds = (cpuNanos() - before) / 1e9;
        // The round before the first warms up.
        if (round >= 0) {
          ours.computeIfAbsent(mode, key -> new ArrayList<>()).add(seconds);
          ratios.computeIfAbsent(mode, key -> new ArrayList<>()).add(seconds / program);
        }
      }
    }
    print(material, "ffmpeg fps=2,scale=640", Sample.of(theirs).median(), 1, "");
    for (DecodeMode mode : DecodeMode.values()) {
      UnpacedPlay.Result result = results.get(mode);
      print(
          material,
          "ours, " + mode.name().toLowerCase(java.util.Locale.ROOT),
          Sample.of(ours.get(mode)).median(),
          Sample.of(ratios.get(mode)).median(),
          "%d of %d, %d JPEGs of %d KB"
              .formatted(
                  result.decoded(),
                  result.frames(),
                  result.pictures(),
                  result.bytes() / result.pictures() / 1000));
    }
  }

  private static void print(
      Material material, String what, double seconds, double ratio, String decoded) {
    System.out.printf(
        "| %s | %s | %.4f | %.2f | %s |%n",
        material.name(), what, seconds / material.seconds(), ratio, decoded);
  }

  private static double program(Path clip) throws IOException, InterruptedException {
    return FfmpegCommand.run(
        "-threads",
        "1",
        "-i",
        clip.toString(),
        "-an",
        "-vf",
        "fps=2,scale=640:-2:flags=area+accurate_rnd:out_range=full:out_color_matrix=smpte170m,format=yuvj420p",
        "-c:v",
        "mjpeg",
        "-threads",
        "1",
        "-q:v",
        "3",
        "-f",
        "null",
        "-");
  }

  private static CameraConfig camera(Path clip, DecodeMode mode) {
    return CameraConfig.of("bench", CameraUrl.of(new Secret(clip.toString()))).with(mode);
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
