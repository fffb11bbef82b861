package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;

import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;

/**
 * What a video file says about itself, so that it can be put into the index again by itself.
 *
 * @param session the connection that it was recorded from; empty when the file does not say
 * @param startMicros capture time of its first frame; negative when the file does not say
 */
record SegmentTags(String session, long startMicros) {
  static final SegmentTags NONE = new SegmentTags("", -1);

  private static final String SESSION = "dev.watchword.session";
  private static final String START = "dev.watchword.start-micros";

  /** As a file's metadata. */
  Map<String, String> written() {
    return session.isEmpty()
        ? Map.of()
        : Map.of(SESSION, session, START, Long.toString(startMicros));
  }

  /** Reads a file's metadata, which may be another program's. */
  static SegmentTags of(AVDictionary metadata) {
    String session = value(metadata, SESSION);
    String start = value(metadata, START);
    return session.isEmpty() || !start.matches("[0-9]{1,18}")
        ? NONE
        : new SegmentTags(session, Long.parseLong(start));
  }

  private static String value(AVDictionary metadata, String key) {
    AVDictionaryEntry entry = av_dict_get(metadata, key, null, 0);
    return entry == null ? "" : entry.value().getString();
  }
}
