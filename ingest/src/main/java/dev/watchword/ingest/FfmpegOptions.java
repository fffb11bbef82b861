package dev.watchword.ingest;

import dev.watchword.ingest.CameraConfig.Transport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The options with which FFmpeg opens a camera. */
final class FfmpegOptions {
  private FfmpegOptions() {}

  static Map<String, String> of(CameraConfig camera) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("protocol_whitelist", protocols(camera));
    if (camera.url().isFile()) {
      return options;
    }
    options.putAll(tls(camera));
    // The deadline callback ends waits in time; this ends those that FFmpeg does not ask it about.
    String timeout = Long.toString(micros(longer(camera.openTimeout(), camera.readTimeout())));
    if (camera.url().isRtsp()) {
      options.putAll(transport(camera.transport()));
      options.put("allowed_media_types", "video");
      options.put("timeout", timeout);
      // Without a queue, as is usual over TCP, FFmpeg does not look for gaps in the sequence.
      if (camera.transport() != Transport.UDP) {
        options.put("reorder_queue_size", "2");
      }
    } else {
      options.put("rw_timeout", timeout);
      // RTMP promises an audio stream that may never come; FFmpeg would wait 5 s for it.
      options.put("analyzeduration", "2000000");
      if (camera.transport() == Transport.LISTEN) {
        options.putAll(
            camera.url().scheme().equals("srt")
                ? Map.of("mode", "listener")
                : Map.of("listen", "1"));
      }
    }
    return options;
  }

  private static Map<String, String> tls(CameraConfig camera) {
    if (!camera.url().isTls() || !camera.tls().verifies()) {
      return Map.of();
    }
    return Map.of(
        "tls_verify", "1", "ca_file", camera.tls().trusted(camera.url().host()).toString());
  }

  private static Map<String, String> transport(Transport transport) {
    return switch (transport) {
      case TCP -> Map.of("rtsp_transport", "tcp");
      case UDP -> Map.of("rtsp_transport", "udp");
      case PREFER_TCP -> Map.of("rtsp_flags", "prefer_tcp");
      case LISTEN -> Map.of("rtsp_flags", "listen");
    };
  }

  /**
   * What FFmpeg may open on behalf of the URL: a playlist or a redirect must not lead from the
   * network into this machine's files, nor from a file into the network.
   */
  private static String protocols(CameraConfig camera) {
    CameraUrl url = camera.url();
    if (url.scheme().equals("https") && camera.tls().verifies()) {
      return "https,tcp,tls,httpproxy,crypto,data";
    }
    return switch (url.scheme()) {
      case "file" -> "file";
      case "rtsp", "rtsps" -> "tcp,tls,udp,rtp,srtp,http,https,httpproxy";
      case "rtmp" -> "rtmp,tcp";
      case "srt" -> "srt,udp";
      case "http", "https" -> "http,https,tcp,tls,httpproxy,crypto,data";
      default -> url.scheme();
    };
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
