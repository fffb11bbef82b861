package dev.watchword.paligemma;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Joins vocabulary pieces to text: {@code ▁} is a space and a run of byte pieces {@code <0xE2>} is
 * UTF-8, each byte of an invalid run being one replacement character.
 */
final class PieceText {
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  void append(String piece) {
    if (isByte(piece)) {
      bytes.write(Integer.parseInt(piece, 3, 5, 16));
      return;
    }
    flush();
    text.append(piece.replace('▁', ' '));
  }

  private static boolean isByte(String piece) {
    return piece.length() == 6
        && piece.startsWith("<0x")
        && piece.charAt(5) == '>'
        && Character.digit(piece.charAt(3), 16) >= 0
        && Character.digit(piece.charAt(4), 16) >= 0;
  }

  private void flush() {
    if (bytes.size() == 0) {
      return;
    }
    try {
      text.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())));
    } catch (CharacterCodingException e) {
      text.append("\uFFFD".repeat(bytes.size()));
    }
    bytes.reset();
  }

  @Override
  public String toString() {
    flush();
    return text.toString();
  }
}
