package dev.watchword.simulator;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** An answer: status, headers as {@code "Name: value"}, and a body that may be empty. */
record RtspResponse(int status, List<String> headers, String body) {
  RtspResponse {
    headers = List.copyOf(headers);
  }

  static RtspResponse of(int status, String... headers) {
    return new RtspResponse(status, List.of(headers), "");
  }

  byte[] toBytes(String sequence) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("RTSP/1.0 " + status + " " + reason(status) + "\r\n");
    head.append("CSeq: ")
        .append(sequence == null ? "0" : sequence)
        .append("\r\nServer: Watchword camera simulator\r\n");
    headers.forEach(header -> head.append(header).append("\r\n"));
    if (content.length > 0) {
      head.append("Content-Length: ").append(content.length).append("\r\n");
    }
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[start.length + content.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(content, 0, all, start.length, content.length);
    return all;
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 454 -> "Session Not Found";
      case 455 -> "Method Not Valid in This State";
      case 459 -> "Aggregate Operation Not Allowed";
      case 461 -> "Unsupported Transport";
      case 500 -> "Internal Server Error";
      default -> throw new IllegalArgumentException("No reason phrase for status " + status + ".");
    };
  }
}
