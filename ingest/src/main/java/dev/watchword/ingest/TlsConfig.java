package dev.watchword.ingest;

import dev.watchword.service.config.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whom a camera's connection over TLS (rtsps, https) believes.
 *
 * @param mode whether the camera's certificate is verified
 * @param authorities a PEM file of those that may have signed it, or of the certificate itself;
 *     empty for the system's
 */
public record TlsConfig(Mode mode, Optional<Path> authorities) {
  public static final TlsConfig DEFAULT = new TlsConfig(Mode.VERIFY, Optional.empty());

  private static final Path NOBODY = Path.of("/nobody-is-trusted.pem");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** Where systems keep the authorities that they trust: Debian, Red Hat, SUSE, BSD and macOS. */
  private static final List<String> SYSTEM =
      List.of(
          "/etc/ssl/certs/ca-certificates.crt",
          "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem",
          "/etc/ssl/cert.pem");

  /** What is done with the certificate. */
  public enum Mode {
    /**
     * It must be signed by an authority that is trusted, and made out to the URL's host where that
     * has a name.
     */
    VERIFY,
    /** Nobody looks at it: what is sent is hidden from listeners, but not from an impostor. */
    INSECURE
  }

  /** Reads {@code tls} and {@code tls-ca} of a camera. */
  static TlsConfig from(Section section) {
    Mode mode = section.choice("tls", Mode.VERIFY);
    Optional<Path> authorities = section.optionalText("tls-ca").map(Path::of);
    if (authorities.isPresent() && mode == Mode.INSECURE) {
      throw section.wrong("tls-ca", "says whom to trust, but tls: insecure trusts everyone");
    }
    if (authorities.isPresent() && !Files.isReadable(authorities.get())) {
      throw section.wrong("tls-ca", "names a file that cannot be read: " + authorities.get());
    }
    return new TlsConfig(mode, authorities);
  }

  boolean verifies() {
    return mode == Mode.VERIFY;
  }

  /**
   * The PEM file of whom to trust with a host. FFmpeg compares a certificate with the host's name,
   * but not with an address in its place: there the system's authorities, which would vouch for
   * anybody, are not asked, and the camera's {@code tls-ca} has the only say.
   *
   * @return a file that does not exist where nobody is to be trusted
   */
  Path trusted(String host) {
    return authorities
        .or(() -> ADDRESS.matcher(host).matches() ? Optional.empty() : system())
        .orElse(NOBODY);
  }

  private static Optional<Path> system() {
    return Stream.concat(Stream.ofNullable(System.getenv("SSL_CERT_FILE")), SYSTEM.stream())
        .map(Path::of)
        .filter(Files::isReadable)
        .findFirst();
  }
}
