package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import dev.watchword.ingest.PacketQueue.Packet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** Some compressed video of its own, beginning with a key frame. Used by one thread. */
final class Excerpt implements AutoCloseable {
  private static final Duration ONE_FRAGMENT = Duration.ofMinutes(10);

  private final AVCodecParameters parameters = avcodec_parameters_alloc();
  private final AVRational timeBase;
  private final List<Packet> packets = new ArrayList<>();

  Excerpt(AVCodecParameters from, AVRational timeBase) {
    avcodec_parameters_copy(parameters, from);
    this.timeBase = av_make_q(timeBase.num(), timeBase.den());
  }

  void add(AVPacket packet, long capturedAtMicros) {
    packets.add(new Packet(av_packet_clone(packet), capturedAtMicros));
  }

  boolean isEmpty() {
    return packets.isEmpty();
  }

  long startMicros() {
    return packets.get(0).capturedAtMicros();
  }

  long endMicros() {
    return packets.stream().mapToLong(Packet::capturedAtMicros).max().orElseThrow();
  }

  /** A full-size picture and when it was captured. */
  record Picture(Jpeg jpeg, long capturedAtMicros) {}

  /**
   * Decodes up to the frame that is nearest to the moment.
   *
   * @param quality FFmpeg's qscale of the JPEG
   * @throws SourceFailure when the codec cannot be decoded
   * @throws IOException when that frame is damaged
   */
  Picture picture(long momentMicros, int quality, CameraUrl url) throws SourceFailure, IOException {
    long wanted = nearest(momentMicros);
    Damage damage = new Damage();
    try (Decoder decoder = new Decoder(parameters, url);
        JpegEncoder encoder = new JpegEncoder(0, quality)) {
      for (int i = 0; i <= packets.size(); i++) {
        if (i < packets.size()) {
          decoder.send(coded(packets.get(i)));
        } else {
          decoder.end();
        }
        while (decoder.receive()) {
          boolean dirty = damage.isDirty(decoder.isKeyFrame(), decoder.isBroken());
          if (decoder.ptsMicros() == wanted && !dirty) {
            return new Picture(encoder.encode(decoder.picture()), wanted);
          }
        }
      }
    }
    throw new IOException("the frame at this moment arrived damaged");
  }

  private long nearest(long momentMicros) {
    return packets.stream()
        .map(Packet::capturedAtMicros)
        .min(Comparator.comparingLong(at -> Math.abs(at - momentMicros)))
        .orElseThrow();
  }

  private static CodedFrame coded(Packet packet) {
    long at = packet.capturedAtMicros();
    return new CodedFrame(av_packet_clone(packet.packet()), true, at, at, packet.isKey());
  }

  /** Writes the video as it is; the number of frames. */
  int write(Path file) throws IOException {
    try (SegmentWriter writer =
        new SegmentWriter(
            file, SegmentTags.NONE, parameters, timeBase, packets.get(0).packet(), ONE_FRAGMENT)) {
      for (Packet packet : packets) {
        writer.write(packet.packet());
      }
      writer.finish();
      return writer.frames();
    }
  }

  @Override
  public void close() {
    packets.forEach(PacketQueue::free);
    packets.clear();
    avcodec_parameters_free(parameters);
  }
}
