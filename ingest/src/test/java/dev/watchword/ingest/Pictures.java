package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import java.util.zip.CRC32;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Decoded pictures of one colour. Whoever makes one frees it. */
final class Pictures {
  private Pictures() {}

  static AVFrame solid(
      int width, int height, int y, int cb, int cr, int colorSpace, int colorRange) {
    AVFrame frame = av_frame_alloc();
    frame.width(width).height(height).format(AV_PIX_FMT_YUV420P);
    frame.colorspace(colorSpace).color_range(colorRange);
    av_frame_get_buffer(frame, 64);
    fill(frame, 0, height, y);
    fill(frame, 1, (height + 1) / 2, cb);
    fill(frame, 2, (height + 1) / 2, cr);
    return frame;
  }

  private static void fill(AVFrame frame, int plane, int rows, int value) {
    byte[] row = new byte[frame.linesize(plane)];
    java.util.Arrays.fill(row, (byte) value);
    for (int i = 0; i < rows; i++) {
      frame.data(plane).position((long) i * row.length).put(row);
    }
  }

  /** Of all samples of a 4:2:0 picture. */
  static long checksum(AVFrame picture) {
    CRC32 sum = new CRC32();
    for (int plane = 0; plane < 3; plane++) {
      int width = plane == 0 ? picture.width() : (picture.width() + 1) / 2;
      int height = plane == 0 ? picture.height() : (picture.height() + 1) / 2;
      byte[] row = new byte[width];
      for (int y = 0; y < height; y++) {
        picture.data(plane).position((long) y * picture.linesize(plane)).get(row);
        sum.update(row);
      }
    }
    return sum.getValue();
  }
}
