package dev.watchword.sink.events;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One detection of one frame. */
record Seen(String label, Box box, float score) {
  void write(DataOutput out) throws IOException {
    out.writeUTF(label);
    box.write(out);
    out.writeFloat(score);
  }

  static Seen read(DataInput in) throws IOException {
    return new Seen(in.readUTF(), Box.read(in), in.readFloat());
  }
}
