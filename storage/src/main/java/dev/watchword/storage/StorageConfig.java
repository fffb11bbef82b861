package dev.watchword.storage;

import dev.watchword.service.config.Secret;
import dev.watchword.service.config.Section;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where objects are kept: section {@code storage} of the file. */
public sealed interface StorageConfig {
  /** What the url of a directory begins with. */
  String FILE = "file:";

  /** What the url of a bucket begins with. */
  String S3 = "s3://";

  /** The caller closes it. */
  ObjectStore open();

  /** The address of an object, for people and programs: {@code file:///..} or {@code s3://..}. */
  String address(String name);

  /**
   * A directory.
   *
   * @param root of all names
   */
  record Directory(Path root) implements StorageConfig {
    @Override
    public ObjectStore open() {
      return new FileObjectStore(root);
    }

    @Override
    public String address(String name) {
      return root.toAbsolutePath().resolve(name).toUri().toString();
    }

    @Override
    public String toString() {
      return root.toString();
    }
  }

  /**
   * A bucket.
   *
   * @param prefix of all names: empty or with a slash at its end
   * @param endpoint of a server other than Amazon's
   * @param keys empty: those that Amazon's tools find in the environment
   */
  record Bucket(
      String name, String prefix, String region, Optional<URI> endpoint, Optional<Keys> keys)
      implements StorageConfig {
    @Override
    public ObjectStore open() {
      return new S3ObjectStore(this);
    }

    @Override
    public String address(String object) {
      return S3 + name + "/" + prefix + object;
    }

    @Override
    public String toString() {
      return S3 + name + "/" + prefix + endpoint.map(url -> " at " + url).orElse("");
    }
  }

  /** An access key. */
  record Keys(Secret id, Secret secret) {}

  /**
   * @param otherwise the directory when the file names none
   */
  static StorageConfig from(Section root, Path otherwise) {
    Section storage = root.section("storage");
    Optional<String> url = storage.optionalText("url");
    if (url.isPresent() && url.get().startsWith(S3)) {
      return bucket(storage, url.get().substring(S3.length()));
    }
    return new Directory(url.map(text -> directory(storage, text)).orElse(otherwise));
  }

  private static Path directory(Section storage, String url) {
    if (!url.startsWith(FILE) || url.equals(FILE)) {
      throw storage.wrong("url", "write file:PATH or s3://BUCKET/PREFIX, not '" + url + "'");
    }
    String path = url.substring(FILE.length());
    return Path.of(path.startsWith("///") ? path.substring(2) : path);
  }

  private static Bucket bucket(Section storage, String rest) {
    int slash = rest.indexOf('/');
    String name = slash < 0 ? rest : rest.substring(0, slash);
    String prefix = slash < 0 ? "" : rest.substring(slash + 1).replaceAll("/+$", "");
    if (name.isEmpty()) {
      throw storage.wrong("url", "names no bucket; write s3://BUCKET/PREFIX");
    }
    if (!prefix.isEmpty()) {
      try {
        ObjectNames.checked(prefix);
      } catch (IllegalArgumentException e) {
        throw storage.wrong("url", e.getMessage());
      }
    }
    return new Bucket(
        name,
        prefix.isEmpty() ? "" : prefix + "/",
        storage.text("region", "us-east-1"),
        storage.optionalText("endpoint").map(url -> endpoint(storage, url)),
        keys(storage));
  }

  private static URI endpoint(Section storage, String url) {
    if (!url.matches("https?://[^/\\s]+/?")) {
      throw storage.wrong("endpoint", "write https://HOST:PORT, not '" + url + "'");
    }
    return URI.create(url);
  }

  private static Optional<Keys> keys(Section storage) {
    Optional<Secret> id = storage.secret("access-key");
    Optional<Secret> secret = storage.secret("secret-key");
    if (id.isPresent() != secret.isPresent()) {
      throw storage.wrong(
          id.isPresent() ? "secret-key" : "access-key",
          "is missing; give both storage.access-key and storage.secret-key, or neither");
    }
    return id.map(key -> new Keys(key, secret.orElseThrow()));
  }
}
