package dev.watchword.ingest;

import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Sees a camera's video as it comes, compressed, session by session. Called on the camera's thread,
 * which it must never hold up.
 */
interface PacketTap {
  /**
   * A session begins.
   *
   * @param parameters valid during the call
   * @param timeBase the unit of the packets' timestamps, in seconds; valid during the call
   */
  void opened(String session, AVCodecParameters parameters, AVRational timeBase);

  /**
   * The next packet in decoding order.
   *
   * @param packet valid during the call; its data may be referred to for longer
   * @param capturedAtMicros UTC
   */
  void packet(AVPacket packet, long capturedAtMicros);

  /** The session is over. */
  void closed();
}
