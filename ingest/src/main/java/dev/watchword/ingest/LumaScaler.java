package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/**
 * Scales a picture's brightness down to {@value #LONG_SIDE} pixels, at which noise has averaged
 * away and a person still shows. Used by one thread.
 */
final class LumaScaler implements AutoCloseable {
  static final int LONG_SIDE = 320;

  private final AVFrame small = av_frame_alloc();
  private SwsContext scaler;

  /** Throws {@link IllegalStateException} for a picture in a form that FFmpeg cannot convert. */
  Luma scale(AVFrame picture) {
    int[] size = JpegEncoder.sizeFor(picture.width(), picture.height(), LONG_SIDE);
    if (scaler == null || small.width() != size[0] || small.height() != size[1]) {
      resize(size[0], size[1]);
    }
    if (sws_scale_frame(scaler, small, picture) < 0) {
      throw new IllegalStateException("cannot scale the picture's brightness");
    }
    byte[] levels = new byte[size[0] * size[1]];
    for (int y = 0; y < size[1]; y++) {
      small.data(0).position((long) y * small.linesize(0)).get(levels, y * size[0], size[0]);
    }
    return new Luma(size[0], size[1], levels);
  }

  private void resize(int width, int height) {
    free();
    scaler = sws_alloc_context();
    scaler.flags(SWS_AREA);
    av_frame_unref(small);
    small.width(width).height(height).format(AV_PIX_FMT_GRAY8).color_range(AVCOL_RANGE_JPEG);
    if (av_frame_get_buffer(small, 64) < 0) {
      throw new IllegalStateException("no memory for a small picture");
    }
  }

  private void free() {
    if (scaler != null) {
      sws_freeContext(scaler);
      scaler = null;
    }
  }

  @Override
  public void close() {
    free();
    if (!small.isNull()) {
      av_frame_free(small);
    }
  }
}
