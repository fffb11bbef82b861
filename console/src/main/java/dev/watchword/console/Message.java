package dev.watchword.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.console.LiveUpdate.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One WebSocket message, made once for all browsers. A picture is binary: the length of the JSON
 * header in 4 bytes, big-endian, the header in UTF-8, the JPEG. Everything else is JSON text.
 */
sealed interface Message {
  ObjectMapper JSON = new ObjectMapper();

  record Binary(String camera, ByteBuffer bytes) implements Message {}

  /**
   * @param subject a later message of the same subject makes this one worthless
   */
  record Text(String subject, String json) implements Message {}

  static Message of(LiveUpdate update) {
    return switch (update) {
      case Picture picture -> new Binary(picture.header().camera(), encoded(picture));
      case LiveUpdate.Camera camera -> new Text("camera " + camera.camera().camera(), json(camera));
      case LiveUpdate.Overview overview -> new Text("overview", json(overview));
    };
  }

  private static ByteBuffer encoded(Picture picture) {
    byte[] header = json(picture.header()).getBytes(StandardCharsets.UTF_8);
    ByteBuffer jpeg = picture.jpeg().duplicate();
    return ByteBuffer.allocate(Integer.BYTES + header.length + jpeg.remaining())
        .putInt(header.length)
        .put(header)
        .put(jpeg)
        .flip()
        .asReadOnlyBuffer();
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (IOException e) {
      throw new IllegalStateException("records of plain values are always JSON", e);
    }
  }
}
