package dev.watchword.ingest;

import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * A frame as it came: compressed. Whoever takes it frees the packet.
 *
 * @param timed whether the packet has a presentation time; without one, {@code ptsMicros} is its
 *     decoding time, or FFmpeg's AV_NOPTS_VALUE where it has none either
 */
record CodedFrame(AVPacket packet, boolean timed, long ptsMicros, long arrivedMicros, boolean key) {
  long bytes() {
    return packet.size();
  }
}
