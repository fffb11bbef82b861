package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * Tells key frames after which nothing refers to frames before them from those of an open GOP,
 * whose leading frames do. H.264: ITU-T H.264 table 7-1, an IDR slice; H.265: ITU-T H.265 table
 * 7-1, IDR_W_RADL and IDR_N_LP. In a codec without prediction every frame stands alone; of other
 * codecs nothing is known.
 */
final class KeyFrames {
  private static final int H264_IDR = 5;
  private static final int H265_IDR_W_RADL = 19;
  private static final int H265_IDR_N_LP = 20;

  /** Parameter sets and SEI come before the first slice; nothing longer is looked through. */
  private static final int MOST_BYTES = 1 << 16;

  private static final int AVCC_LENGTH_SIZE_AT = 4;
  private static final int HVCC_LENGTH_SIZE_AT = 21;

  private final int codec;
  private final boolean intraOnly;
  private final int lengthSize;

  KeyFrames(AVCodecParameters parameters) {
    codec = parameters.codec_id();
    AVCodecDescriptor descriptor = avcodec_descriptor_get(codec);
    intraOnly = descriptor != null && (descriptor.props() & AV_CODEC_PROP_INTRA_ONLY) != 0;
    lengthSize = lengthSize(parameters);
  }

  /** Bytes of the length before each NAL unit; 0 when they are told apart by start codes. */
  private static int lengthSize(AVCodecParameters parameters) {
    int at = parameters.codec_id() == AV_CODEC_ID_HEVC ? HVCC_LENGTH_SIZE_AT : AVCC_LENGTH_SIZE_AT;
    if (parameters.extradata_size() <= at || parameters.extradata().get(0) != 1) {
      return 0;
    }
    return (parameters.extradata().get(at) & 3) + 1;
  }

  /** Whether this frame, marked as a key frame, and all after it can be decoded by themselves. */
  boolean standsAlone(AVPacket packet) {
    if (intraOnly) {
      return true;
    }
    if (codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC) {
      return false;
    }
    byte[] bytes = new byte[Math.min(packet.size(), MOST_BYTES)];
    packet.data().get(bytes);
    return lengthSize == 0 ? afterStartCodes(bytes) : afterLengths(bytes);
  }

  private boolean afterStartCodes(byte[] bytes) {
    for (int i = 0; i + 3 < bytes.length; i++) {
      if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
        if (isSlice(bytes[i + 3])) {
          return isIdr(bytes[i + 3]);
        }
        i += 3;
      }
    }
    return false;
  }

  private boolean afterLengths(byte[] bytes) {
    long at = 0;
    while (at + lengthSize < bytes.length) {
      long length = 0;
      for (int i = 0; i < lengthSize; i++) {
        length = length << 8 | bytes[(int) at + i] & 0xff;
      }
      byte header = bytes[(int) at + lengthSize];
      if (isSlice(header)) {
        return isIdr(header);
      }
      at += lengthSize + length;
    }
    return false;
  }

  private boolean isSlice(byte header) {
    return codec == AV_CODEC_ID_H264
        ? type(header) >= 1 && type(header) <= H264_IDR
        : type(header) < 32;
  }

  private boolean isIdr(byte header) {
    return codec == AV_CODEC_ID_H264
        ? type(header) == H264_IDR
        : type(header) == H265_IDR_W_RADL || type(header) == H265_IDR_N_LP;
  }

  private int type(byte header) {
    return codec == AV_CODEC_ID_H264 ? header & 0x1f : header >> 1 & 0x3f;
  }
}
