package dev.watchword.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Built plans in a directory, one folder for each {@link PlanKey}: a file for each plan and a list
 * of their checksums, which is written last, so that a folder with a list is whole. Several
 * processes may use it: who builds holds a lock.
 */
final class PlanCache {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LIST = "plans.json";

  /** Ends the names of files that are being written. */
  private static final String FRESH = ".new";

  private static final int BLOCK = 1 << 20;

  private final Path root;

  PlanCache(Path root) {
    this.root = root;
  }

  /** Builds one plan into a file. */
  interface Build {
    void into(String plan, Path file) throws CheckpointException, IOException;
  }

  /**
   * Plans that are there.
   *
   * @param plans names and sizes in bytes
   */
  record Entry(String digits, PlanKey key, Path folder, Map<String, Long> plans, String built) {
    long bytes() {
      return plans.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** All entries, the damaged ones left out. */
  List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.isDirectory(root)) {
      try (var folders = Files.newDirectoryStream(root, Files::isDirectory)) {
        for (Path folder : folders) {
          read(folder).ifPresent(entries::add);
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::digits));
    return entries;
  }

  /** Whole and undamaged plans of that key. */
  Optional<Entry> find(PlanKey key) throws IOException {
    Path folder = root.resolve(key.digits());
    Optional<Entry> entry = read(folder).filter(found -> found.key.equals(key));
    return entry.isPresent() && isWhole(entry.get()) ? entry : Optional.empty();
  }

  /** Those plans; what of them is not there or is damaged is built now. */
  Entry findOrBuild(PlanKey key, List<String> plans, Build build)
      throws CheckpointException, IOException {
    Files.createDirectories(root);
    Path lockFile = root.resolve(key.digits() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      Optional<Entry> there = find(key);
      if (there.isPresent()) {
        return there.get();
      }
      Path folder = Files.createDirectories(root.resolve(key.digits()));
      clear(key, folder);
      for (String plan : plans) {
        Path file = folder.resolve(plan);
        if (!Files.exists(file)) {
          // A process that outlives a killed one may still write into a file of that one's name.
          Path fresh = folder.resolve(plan + "." + ProcessHandle.current().pid() + FRESH);
          build.into(plan, fresh);
          Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      list(key, folder);
      return find(key)
          .orElseThrow(() -> new IOException(folder + " is damaged right after it was written"));
    }
  }

  /**
   * Leaves whole plans alone: those that the list knows, or without a list those that a build which
   * was cut off had finished, for a plan gets its name when it is.
   */
  private static void clear(PlanKey key, Path folder) throws IOException {
    boolean listed = Files.exists(folder.resolve(LIST));
    Optional<Entry> entry = read(folder).filter(found -> found.key.equals(key));
    List<Path> spoilt = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "*.plan")) {
      for (Path file : files) {
        String plan = file.getFileName().toString();
        if (listed && !(entry.isPresent() && isWhole(entry.get(), plan))) {
          spoilt.add(file);
        }
      }
    }
    try (var files = Files.newDirectoryStream(folder, "*" + FRESH)) {
      files.forEach(spoilt::add);
    }
    for (Path file : spoilt) {
      Files.delete(file);
    }
    // Last: until then it says which of the others are whole.
    Files.deleteIfExists(folder.resolve(LIST));
  }

  private static void list(PlanKey key, Path folder) throws IOException {
    ObjectNode list = JSON.createObjectNode();
    list.put("built", Instant.now().toString());
    ObjectNode facts = list.putObject("key");
    key.facts().forEach(facts::put);
    ObjectNode plans = list.putObject("plans");
    try (var files = Files.newDirectoryStream(folder, "*.plan")) {
      for (Path file : files) {
        plans
            .putObject(file.getFileName().toString())
            .put("bytes", Files.size(file))
            .put("sha256", checksum(file));
      }
    }
    Path fresh = folder.resolve(LIST + FRESH);
    JSON.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), list);
    Files.move(fresh, folder.resolve(LIST), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the folder's list says, or nothing when there is none to read. */
  private static Optional<Entry> read(Path folder) {
    try {
      JsonNode list = JSON.readTree(folder.resolve(LIST).toFile());
      Map<String, String> facts = new LinkedHashMap<>();
      list.path("key").properties().forEach(e -> facts.put(e.getKey(), e.getValue().asText()));
      Map<String, Long> plans = new LinkedHashMap<>();
      list.path("plans")
          .properties()
          .forEach(e -> plans.put(e.getKey(), e.getValue().path("bytes").asLong()));
      String digits = folder.getFileName().toString();
      return facts.isEmpty() || plans.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Entry(digits, new PlanKey(facts), folder, plans, list.path("built").asText()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(Entry entry) throws IOException {
    for (String plan : entry.plans.keySet()) {
      if (!isWhole(entry, plan)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWhole(Entry entry, String plan) throws IOException {
    JsonNode listed = JSON.readTree(entry.folder.resolve(LIST).toFile()).path("plans").path(plan);
    Path file = entry.folder.resolve(plan);
    return Files.isRegularFile(file)
        && Files.size(file) == listed.path("bytes").asLong()
        && checksum(file).equals(listed.path("sha256").asText());
  }

  private static String checksum(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      DigestInputStream through = new DigestInputStream(in, digest);
      byte[] block = new byte[BLOCK];
      while (through.read(block) >= 0) {
        // The digest sees what is read.
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
