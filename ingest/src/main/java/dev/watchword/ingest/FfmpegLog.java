package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.javacpp.BytePointer;

/**
 * Listens to FFmpeg's log, in which it tells of damage that no return code or flag shows: packets
 * that the network lost, errors in slices, missing references. FFmpeg calls back on the thread that
 * works, so each thread asks for what happened on its own. Nothing of the log is kept or passed on:
 * its lines hold whole URLs, passwords included.
 */
final class FfmpegLog {
  private static final String LOST_PACKETS = "RTP: missed";

  /** OpenSSL's words for every reason to refuse a certificate. */
  private static final String UNTRUSTED = "certificate verify failed";

  /** What one thread has heard. */
  private static final class Heard {
    private long errors;
    private long gaps;
    private long distrusts;
  }

  private static final ThreadLocal<Heard> HEARD = ThreadLocal.withInitial(Heard::new);

  private static final LogCallback LISTENER =
      new LogCallback() {
        @Override
        public void call(int level, BytePointer line) {
          if (level > AV_LOG_WARNING) {
            return;
          }
          Heard heard = HEARD.get();
          if (level <= AV_LOG_ERROR) {
            heard.errors++;
            if (line.getString().contains(UNTRUSTED)) {
              heard.distrusts++;
            }
          } else if (line.getString().contains(LOST_PACKETS)) {
            heard.gaps++;
          }
        }
      };

  private FfmpegLog() {}

  /** Takes FFmpeg's log over, for the whole process. */
  static void listen() {
    av_log_set_level(AV_LOG_WARNING);
    setLogCallback(LISTENER);
  }

  /** Errors that FFmpeg told of on this thread so far. */
  static long errors() {
    return HEARD.get().errors;
  }

  /** Times that a certificate was refused on this thread so far. */
  static long distrusts() {
    return HEARD.get().distrusts;
  }

  /** Times that RTP packets were missing from what this thread read so far. */
  static long gaps() {
    return HEARD.get().gaps;
  }
}
