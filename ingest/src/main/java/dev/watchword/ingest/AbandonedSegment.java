package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/**
 * What there is in a file whose writer was killed.
 *
 * @param micros from its first frame to its last
 */
record AbandonedSegment(int frames, long micros, String codec, SegmentTags tags) {
  private static final AbandonedSegment EMPTY = new AbandonedSegment(0, 0, "", SegmentTags.NONE);

  /** Reads the file through, without decoding. One without a whole fragment has no frames. */
  static AbandonedSegment read(Path path) throws IOException {
    AVFormatContext file = new AVFormatContext(null);
    if (avformat_open_input(file, path.toString(), (AVInputFormat) null, (AVDictionary) null) < 0) {
      return EMPTY;
    }
    AVPacket packet = av_packet_alloc();
    try {
      int frames = 0;
      long last = 0;
      while (av_read_frame(file, packet) >= 0) {
        frames++;
        last = Math.max(last, packet.pts());
        av_packet_unref(packet);
      }
      if (frames == 0) {
        return EMPTY;
      }
      long micros = av_rescale_q(last, file.streams(0).time_base(), av_make_q(1, 1_000_000));
      int codec = file.streams(0).codecpar().codec_id();
      return new AbandonedSegment(
          frames, micros, avcodec_get_name(codec).getString(), SegmentTags.of(file.metadata()));
    } finally {
      av_packet_free(packet);
      avformat_close_input(file);
    }
  }
}
