package dev.watchword.simulator;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a client wants its packets: the part of a {@code Transport} header (RFC 2326 section 12.39)
 * that this server can do.
 */
sealed interface RtspTransport {
  Pattern INTERLEAVED = Pattern.compile("interleaved=(\\d{1,3})(?:-(\\d{1,3}))?");
  Pattern CLIENT_PORT = Pattern.compile("client_port=(\\d{1,5})(?:-(\\d{1,5}))?");

  /** Inside the RTSP connection, on these channels. */
  record Interleaved(int rtp, int rtcp) implements RtspTransport {}

  /** To these UDP ports of the client. */
  record Unicast(int rtp, int rtcp) implements RtspTransport {}

  /** The first of the offered transports that can be done. */
  static Optional<RtspTransport> choose(String header) {
    if (header == null) {
      return Optional.empty();
    }
    for (String offer : header.split(",")) {
      Optional<RtspTransport> chosen = parse(offer.trim());
      if (chosen.isPresent()) {
        return chosen;
      }
    }
    return Optional.empty();
  }

  private static Optional<RtspTransport> parse(String offer) {
    String protocol = offer.split(";", 2)[0].trim().toUpperCase(Locale.ROOT);
    boolean multicast = offer.toLowerCase(Locale.ROOT).contains("multicast");
    if (protocol.equals("RTP/AVP/TCP")) {
      Matcher channels = INTERLEAVED.matcher(offer);
      return channels.find()
          ? pair(channels, 255).map(p -> new Interleaved(p[0], p[1]))
          : Optional.of(new Interleaved(0, 1));
    }
    if ((protocol.equals("RTP/AVP") || protocol.equals("RTP/AVP/UDP")) && !multicast) {
      Matcher ports = CLIENT_PORT.matcher(offer);
      return ports.find() ? pair(ports, 65535).map(p -> new Unicast(p[0], p[1])) : Optional.empty();
    }
    return Optional.empty();
  }

  private static Optional<int[]> pair(Matcher found, int highest) {
    int first = Integer.parseInt(found.group(1));
    int second = found.group(2) == null ? first + 1 : Integer.parseInt(found.group(2));
    return first > highest || second > highest
        ? Optional.empty()
        : Optional.of(new int[] {first, second});
  }
}
