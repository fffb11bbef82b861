package dev.watchword.tensorrt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A shared library without any function, for 64-bit Linux. The bindings' native halves are linked
 * to libraries that a model on TensorRT never calls (cuBLAS, cuDNN, NVRTC, plugins); once one with
 * the right name is loaded, though it is empty, the linker is content. A call into it would end the
 * process.
 */
final class EmptyLibrary {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int ENTRY = 16;
  private static final int SYMBOL = 24;
  private static final int PAGE = 4096;

  /** {@code PT_GNU_STACK}: the stack need not be executable. */
  private static final int STACK = 0x6474e551;

  /** {@code e_machine} of elf.h. */
  private static final short X86_64 = 62;

  private static final short AARCH64 = 183;

  /** {@code DT_*} of elf.h. */
  private static final long HASH = 4;

  private static final long STRTAB = 5;
  private static final long SYMTAB = 6;
  private static final long STRSZ = 10;
  private static final long SYMENT = 11;
  private static final long SONAME = 14;

  private EmptyLibrary() {}

  /** Writes those libraries where they are not yet, and loads them into this process. */
  static void load(List<String> names, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String name : names) {
      Path file = directory.resolve(name).toAbsolutePath();
      byte[] library = bytes(name, machine());
      if (!Files.exists(file) || Files.size(file) != library.length) {
        Path fresh = Files.createTempFile(directory, name, ".new");
        Files.write(fresh, library);
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      System.load(file.toString());
    }
  }

  private static short machine() {
    return System.getProperty("os.arch").equals("aarch64") ? AARCH64 : X86_64;
  }

  /** One page: ELF header, three program headers, the dynamic section and the tables it names. */
  static byte[] bytes(String name, short machine) {
    byte[] strings = ("\0" + name + "\0").getBytes(StandardCharsets.US_ASCII);
    int dynamic = HEADER + 3 * PROGRAM_HEADER;
    int symbols = dynamic + 7 * ENTRY;
    int hash = symbols + SYMBOL;
    int text = hash + 5 * Integer.BYTES;
    int size = text + strings.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    elf.putShort((short) 3).putShort(machine).putInt(1).putLong(0).putLong(HEADER).putLong(0);
    elf.putInt(0).putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 3);
    elf.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    programHeader(elf, 1, 6, 0, size, PAGE);
    programHeader(elf, 2, 6, dynamic, 7 * ENTRY, 8);
    programHeader(elf, STACK, 6, 0, 0, 16);
    long[] entries = {SONAME, 1, HASH, hash, STRTAB, text, SYMTAB, symbols};
    for (long word : entries) {
      elf.putLong(word);
    }
    elf.putLong(STRSZ)
        .putLong(strings.length)
        .putLong(SYMENT)
        .putLong(SYMBOL)
        .putLong(0)
        .putLong(0);
    elf.put(new byte[SYMBOL]);
    // One bucket, one symbol: the null symbol that each table begins with.
    elf.putInt(1).putInt(1).putInt(0).putInt(0).putInt(0);
    return elf.put(strings).array();
  }

  private static void programHeader(
      ByteBuffer elf, int type, int flags, long offset, long size, long align) {
    elf.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
    elf.putLong(size).putLong(size).putLong(align);
  }
}
