package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecHWConfig;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of this machine that decode video, each opened when it is first asked for and shared
 * by all cameras as long as the process lives. What cannot be had is said once and then done by the
 * processor. Safe for use by many threads.
 */
final class HardwareDevices {
  private static final Logger log = LoggerFactory.getLogger(HardwareDevices.class);

  private final Map<Hardware, Optional<AVBufferRef>> opened = new EnumMap<>(Hardware.class);
  private final Set<Hardware> missed = EnumSet.noneOf(Hardware.class);

  /** Gives the decoder, which is not open yet, the wanted device; false when there is none. */
  synchronized boolean attach(AVCodecContext context, AVCodec codec, Hardware wanted) {
    List<Hardware> candidates =
        switch (wanted) {
          case NONE -> List.of();
          case AUTO -> List.of(Hardware.CUDA, Hardware.VAAPI);
          case CUDA, VAAPI -> List.of(wanted);
        };
    for (Hardware candidate : candidates) {
      Optional<AVBufferRef> device =
          decodes(codec, type(candidate))
              ? opened.computeIfAbsent(candidate, HardwareDevices::open)
              : Optional.empty();
      if (device.isPresent()) {
        context.hw_device_ctx(av_buffer_ref(device.get()));
        return true;
      }
    }
    if (!candidates.isEmpty() && missed.add(wanted)) {
      log.atWarn()
          .addKeyValue("hardware", wanted.name().toLowerCase(Locale.ROOT))
          .addKeyValue("codec", codec.name().getString())
          .log("no such device decodes this here; the processor does");
    }
    return false;
  }

  private static boolean decodes(AVCodec codec, int type) {
    for (int i = 0; ; i++) {
      AVCodecHWConfig config = avcodec_get_hw_config(codec, i);
      if (config == null) {
        return false;
      }
      if (config.device_type() == type
          && (config.methods() & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) {
        return true;
      }
    }
  }

  private static Optional<AVBufferRef> open(Hardware hardware) {
    AVBufferRef device = new AVBufferRef(null);
    int code =
        av_hwdevice_ctx_create(device, type(hardware), (String) null, (AVDictionary) null, 0);
    if (code < 0) {
      return Optional.empty();
    }
    log.atInfo()
        .addKeyValue("hardware", hardware.name().toLowerCase(Locale.ROOT))
        .log("video is decoded on a device");
    return Optional.of(device);
  }

  private static int type(Hardware hardware) {
    return hardware == Hardware.CUDA ? AV_HWDEVICE_TYPE_CUDA : AV_HWDEVICE_TYPE_VAAPI;
  }
}
