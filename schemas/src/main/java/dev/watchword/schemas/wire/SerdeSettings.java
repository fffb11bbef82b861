package dev.watchword.schemas.wire;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/**
 * The configuration keys that the serializer and the deserializer understand; names and meaning are
 * those of Confluent's classes.
 *
 * @param registryUrls base URLs without credentials, tried in turn
 * @param userInfo {@code user:password} for basic authentication, or null
 * @param autoRegister whether the serializer registers schemas that it meets
 * @param useLatest whether it writes with the subject's latest schema (only without autoRegister)
 * @param specificReader whether records become generated classes rather than generic records
 */
record SerdeSettings(
    List<URI> registryUrls,
    String userInfo,
    boolean autoRegister,
    boolean useLatest,
    boolean specificReader) {

  static final String REGISTRY_URL = "schema.registry.url";
  static final String AUTO_REGISTER = "auto.register.schemas";
  static final String USE_LATEST = "use.latest.version";
  static final String SPECIFIC_READER = "specific.avro.reader";
  static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
  static final String USER_INFO = "basic.auth.user.info";

  static SerdeSettings of(Map<String, ?> configs) {
    List<URI> urls = urls(configs.get(REGISTRY_URL));
    return new SerdeSettings(
        urls.stream().map(SerdeSettings::withoutUserInfo).toList(),
        userInfo(configs, urls),
        flag(configs, AUTO_REGISTER, true),
        flag(configs, USE_LATEST, false),
        flag(configs, SPECIFIC_READER, true));
  }

  RegistryClient client() {
    return new RegistryClient(registryUrls, userInfo);
  }

  private static List<URI> urls(Object value) {
    List<URI> urls = new ArrayList<>();
    for (Object part : value instanceof List<?> list ? list : List.of(text(value).split(","))) {
      String url = part.toString().strip().replaceAll("/+$", "");
      if (!url.isEmpty()) {
        urls.add(url(url));
      }
    }
    if (urls.isEmpty()) {
      throw new ConfigException(
          REGISTRY_URL + " is missing: set it to the address of a schema registry.");
    }
    return urls;
  }

  private static URI url(String url) {
    if (!url.matches("(?i)https?://[^/].*")) {
      throw new ConfigException(
          REGISTRY_URL
              + " must be http:// or https:// and a host, not '"
              + url.replaceAll("//.*@", "//...@")
              + "'.");
    }
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(REGISTRY_URL + " holds an address that is not a valid URL.");
    }
  }

  private static String userInfo(Map<String, ?> configs, List<URI> urls) {
    String source = text(configs.get(CREDENTIALS_SOURCE));
    return switch (source.isEmpty() ? "URL" : source) {
      case "URL" ->
          urls.stream().map(URI::getUserInfo).filter(u -> u != null).findFirst().orElse(null);
      case "USER_INFO" -> {
        String info = text(configs.get(USER_INFO));
        if (info.indexOf(':') < 1) {
          throw new ConfigException(USER_INFO + " must be user:password.");
        }
        yield info;
      }
      default ->
          throw new ConfigException(
              CREDENTIALS_SOURCE + " must be URL or USER_INFO, not '" + source + "'.");
    };
  }

  private static URI withoutUserInfo(URI url) {
    return URI.create(url.toString().replaceFirst("//[^/@]*@", "//"));
  }

  private static boolean flag(Map<String, ?> configs, String key, boolean otherwise) {
    return switch (text(configs.get(key))) {
      case "" -> otherwise;
      case "true" -> true;
      case "false" -> false;
      default -> throw new ConfigException(key + " must be true or false.");
    };
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString().strip();
  }
}
