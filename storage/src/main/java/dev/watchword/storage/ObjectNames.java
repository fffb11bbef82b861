package dev.watchword.storage;

/** What may be an object's name: the same in every store. */
final class ObjectNames {
  private ObjectNames() {}

  /** Returns the name, or throws {@link IllegalArgumentException}. */
  static String checked(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.startsWith(".") || part.indexOf('\\') >= 0) {
        throw new IllegalArgumentException(
            "'" + name + "' is no object name: use parts/apart/by/slashes, none of them hidden");
      }
    }
    return name;
  }
}
