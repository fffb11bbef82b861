package dev.watchword.inference;

/**
 * How far a partition is read. Offsets of a topic with frames have no gaps but those of records
 * that were deleted before they were read.
 *
 * @param next the offset to come
 * @param jumpedTo where reading went on after the last gap; -1 before the first
 * @param expired records in gaps, less those that are known to be of some session
 */
record Position(long next, long jumpedTo, long expired) {
  static Position at(long offset) {
    return new Position(offset, -1, 0);
  }

  Position read(long offset) {
    return offset > next
        ? new Position(offset + 1, offset, expired + offset - next)
        : new Position(offset + 1, jumpedTo, expired);
  }

  Position claimed(long frames) {
    return new Position(next, jumpedTo, expired - frames);
  }
}
