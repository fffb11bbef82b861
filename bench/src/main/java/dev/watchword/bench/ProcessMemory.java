package dev.watchword.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processes' memory as Linux accounts for it. */
final class ProcessMemory {
  private ProcessMemory() {}

  /** The most that was ever resident of this process. */
  static long peakMebibytes() throws IOException {
    return kibibytes("self", "VmHWM:") / 1024;
  }

  /** What is resident of a process now. */
  static double residentMebibytes(long pid) throws IOException {
    return kibibytes(Long.toString(pid), "VmRSS:") / 1024.0;
  }

  private static long kibibytes(String process, String name) throws IOException {
    Path status = Path.of("/proc", process, "status");
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(status + " has no line " + name);
  }
}
