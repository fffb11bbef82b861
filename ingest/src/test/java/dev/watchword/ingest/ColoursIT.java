package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From an H.264 stream that tells its colour matrix and range to the JPEG. */
class ColoursIT {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 180;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    // Y, Cb, Cr as this matrix and range write the colour.
    "173, 42, 26, true, false, 0, 255, 0",
    "145, 54, 34, false, false, 0, 255, 0",
    "182, 30, 12, true, true, 0, 255, 0",
    "150, 44, 21, false, true, 0, 255, 0",
    "63, 102, 240, true, false, 255, 0, 0",
    "81, 90, 240, false, false, 255, 0, 0",
    "54, 99, 255, true, true, 255, 0, 0",
    "76, 85, 255, false, true, 255, 0, 0"
  })
  void keepsTheColoursOfTheStream(
      int y, int cb, int cr, boolean bt709, boolean full, int red, int green, int blue)
      throws Exception {
    Path clip = directory.resolve("colour.mp4");
    write(
        clip,
        Pictures.solid(
            WIDTH,
            HEIGHT,
            y,
            cb,
            cr,
            bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M,
            full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG));

    BufferedImage image = sampled(clip);

    int rgb = image.getRGB(WIDTH / 2, HEIGHT / 2);
    assertThat(rgb >> 16 & 255).as("red").isCloseTo(red, within(6));
    assertThat(rgb >> 8 & 255).as("green").isCloseTo(green, within(6));
    assertThat(rgb & 255).as("blue").isCloseTo(blue, within(6));
  }

  private static BufferedImage sampled(Path clip) throws Exception {
    CameraConfig camera = Clips.camera("gate", clip.toString());
    try (FrameSource source =
            FfmpegSource.opener(Clock.systemUTC(), (time, stop) -> {})
                .open(camera, new StopSignal());
        JpegEncoder encoder = new JpegEncoder(0, 2)) {
      return ImageIO.read(
          new ByteArrayInputStream(encoder.encode(source.next().picture()).bytes()));
    }
  }

  private static void write(Path clip, AVFrame picture) throws IOException {
    AVCodec codec = avcodec_find_encoder_by_name("libopenh264");
    AVCodecContext encoder = avcodec_alloc_context3(codec);
    AVCodecParameters parameters = avcodec_parameters_alloc();
    AVPacket packet = av_packet_alloc();
    encoder.width(WIDTH).height(HEIGHT).pix_fmt(AV_PIX_FMT_YUV420P);
    encoder.time_base(av_make_q(1, 10));
    encoder.bit_rate(1_000_000);
    encoder.log_level_offset(16); // it warns of choices that are meant
    encoder.colorspace(picture.colorspace()).color_range(picture.color_range());
    encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    assertThat(avcodec_open2(encoder, codec, (AVDictionary) null)).isZero();
    avcodec_parameters_from_context(parameters, encoder);
    picture.pts(0);
    avcodec_send_frame(encoder, picture);
    avcodec_send_frame(encoder, null);
    assertThat(avcodec_receive_packet(encoder, packet)).isZero();
    try (SegmentWriter writer =
        new SegmentWriter(
            clip, SegmentTags.NONE, parameters, av_make_q(1, 10), packet, Duration.ofSeconds(1))) {
      writer.write(packet);
      writer.finish();
    } finally {
      av_packet_free(packet);
      avcodec_parameters_free(parameters);
      avcodec_free_context(encoder);
      av_frame_free(picture);
    }
  }
}
