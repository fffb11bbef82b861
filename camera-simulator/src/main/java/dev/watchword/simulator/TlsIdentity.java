package dev.watchword.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate that nobody has signed, as most cameras have, made by the JDK's keytool. */
public final class TlsIdentity {
  private static final String PASSWORD = "changeit";

  private final SSLContext context;
  private final Path certificate;

  private TlsIdentity(SSLContext context, Path certificate) {
    this.context = context;
    this.certificate = certificate;
  }

  /** As {@link #selfSigned(Path, String)}, for {@code IP:127.0.0.1}. */
  public static TlsIdentity selfSigned(Path directory)
      throws IOException, GeneralSecurityException {
    return selfSigned(directory, "IP:127.0.0.1");
  }

  /**
   * Made on the first call for a directory, which keeps it; valid for two days.
   *
   * @param name whom it is for, such as {@code DNS:camera.example}
   */
  public static TlsIdentity selfSigned(Path directory, String name)
      throws IOException, GeneralSecurityException {
    Path store = directory.resolve(name.replace(':', '-') + ".p12");
    Path certificate = directory.resolve(name.replace(':', '-') + ".pem");
    if (!Files.exists(certificate)) {
      keytool(
          store,
          List.of(
              "-genkeypair",
              "-keyalg",
              "EC",
              "-dname",
              "CN=camera",
              "-ext",
              "SAN=" + name,
              "-validity",
              "2"));
      keytool(store, List.of("-exportcert", "-rfc", "-file", certificate.toString()));
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new TlsIdentity(context, certificate);
  }

  private static void keytool(Path store, List<String> what) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(what);
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(List.of("-storetype", "PKCS12", "-alias", "camera"));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException("keytool made no certificate");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** For a server that shows the certificate. */
  public SSLContext context() {
    return context;
  }

  /** The certificate in PEM, for those who are to trust it. */
  public Path certificate() {
    return certificate;
  }
}
