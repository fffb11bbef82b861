package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RtspAuthenticationTest {
  private static final String URI = "rtsp://127.0.0.1/gate";
  private static final RtspCredentials GUARD = new RtspCredentials("guard", "pass:wörd");
  private final RtspAuthentication authentication = new RtspAuthentication("0123456789abcdef");

  @Test
  void computesTheExampleOfRfc2617() {
    Map<String, String> header =
        RtspAuthentication.parameters(
            "username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\","
                + " uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\","
                + " response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
    RtspCredentials mufasa = new RtspCredentials("Mufasa", "Circle Of Life");
    assertThat(RtspAuthentication.response(mufasa, "testrealm@host.com", "GET", header))
        .isEqualTo("6629fae49393a05397450978507c4ef1")
        .isEqualTo(header.get("response"));
  }

  @Test
  void acceptsADigestForItsNonceMethodAndUri() {
    String header = digest("0123456789abcdef", "PLAY", URI, GUARD);
    assertThat(authentication.accepts(GUARD, "PLAY", URI, header)).isTrue();
    assertThat(authentication.accepts(GUARD, "DESCRIBE", URI, header)).isFalse();
    assertThat(authentication.accepts(GUARD, "PLAY", URI + "/other", header)).isFalse();
    assertThat(authentication.accepts(GUARD, "PLAY", URI, digest("stale", "PLAY", URI, GUARD)))
        .isFalse();
    assertThat(authentication.accepts(new RtspCredentials("guard", "other"), "PLAY", URI, header))
        .isFalse();
  }

  @Test
  void acceptsBasic() {
    assertThat(authentication.accepts(GUARD, "PLAY", URI, basic("guard:pass:wörd"))).isTrue();
    assertThat(authentication.accepts(GUARD, "PLAY", URI, basic("guard:password"))).isFalse();
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThat(authentication.accepts(GUARD, "PLAY", URI, null)).isFalse();
    assertThat(authentication.accepts(GUARD, "PLAY", URI, "Digest")).isFalse();
    assertThat(authentication.accepts(GUARD, "PLAY", URI, "Digest ,,=")).isFalse();
    assertThat(authentication.accepts(GUARD, "PLAY", URI, "Bearer x")).isFalse();
  }

  @Test
  void keepsThePasswordOutOfLogs() {
    assertThat(GUARD.toString()).contains("guard").doesNotContain("pass:wörd");
    assertThatThrownBy(() -> new RtspCredentials("a:b", "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private String digest(String nonce, String method, String uri, RtspCredentials known) {
    String realm =
        RtspAuthentication.parameters(authentication.challenges(RtspCredentials.Login.ANY).get(0))
            .get("realm");
    String response =
        RtspAuthentication.response(known, realm, method, Map.of("nonce", nonce, "uri", uri));
    return "Digest username=\""
        + known.user()
        + "\", realm=\""
        + realm
        + "\", nonce=\""
        + nonce
        + "\", uri=\""
        + uri
        + "\", response=\""
        + response
        + "\"";
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
