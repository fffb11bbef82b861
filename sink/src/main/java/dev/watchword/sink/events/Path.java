package dev.watchword.sink.events;

import dev.watchword.schemas.PathPoint;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of an object, at most {@link #MOST} points of it: when there is no more room every second
 * one goes, and from then on every second one is taken.
 */
final class Path {
  static final int MOST = 64;

  private record Point(long atMicros, float x, float y) {}

  private final List<Point> points = new ArrayList<>();
  private int stride = 1;
  private int count;

  void add(long atMicros, double x, double y) {
    if (count++ % stride != 0) {
      return;
    }
    if (points.size() == MOST) {
      for (int i = MOST - 1; i > 0; i -= 2) {
        points.remove(i);
      }
      stride *= 2;
      if ((count - 1) % stride != 0) {
        return;
      }
    }
    points.add(new Point(atMicros, (float) x, (float) y));
  }

  List<PathPoint> toRecords() {
    return points.stream()
        .map(point -> new PathPoint(Observation.instant(point.atMicros), point.x, point.y))
        .toList();
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(stride);
    out.writeInt(count);
    out.writeInt(points.size());
    for (Point point : points) {
      out.writeLong(point.atMicros);
      out.writeFloat(point.x);
      out.writeFloat(point.y);
    }
  }

  void read(DataInput in) throws IOException {
    stride = in.readInt();
    count = in.readInt();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      points.add(new Point(in.readLong(), in.readFloat(), in.readFloat()));
    }
  }
}
