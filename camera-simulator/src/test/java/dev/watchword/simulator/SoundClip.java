package dev.watchword.simulator;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** A file that FFmpeg reads and that has no video. */
final class SoundClip {
  private SoundClip() {}

  static Path write(Path wav) throws IOException {
    AudioFormat format = new AudioFormat(8000, 16, 1, true, false);
    try (AudioInputStream silence =
        new AudioInputStream(new ByteArrayInputStream(new byte[16000]), format, 8000)) {
      AudioSystem.write(silence, AudioFileFormat.Type.WAVE, wav.toFile());
    }
    return wav;
  }
}
