package dev.watchword.sink.events;

import dev.watchword.schemas.BoundingBox;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A box in fractions of the picture, origin top-left. */
record Box(float xMin, float yMin, float xMax, float yMax) {
  static Box of(BoundingBox box) {
    return new Box(box.getXMin(), box.getYMin(), box.getXMax(), box.getYMax());
  }

  BoundingBox toRecord() {
    return new BoundingBox(xMin, yMin, xMax, yMax);
  }

  double width() {
    return Math.max(0, xMax - xMin);
  }

  double height() {
    return Math.max(0, yMax - yMin);
  }

  double area() {
    return width() * height();
  }

  double centreX() {
    return (xMin + xMax) / 2.0;
  }

  double centreY() {
    return (yMin + yMax) / 2.0;
  }

  Box moved(double dx, double dy) {
    return new Box(
        (float) (xMin + dx), (float) (yMin + dy), (float) (xMax + dx), (float) (yMax + dy));
  }

  /** Intersection over union. */
  double iou(Box other) {
    double width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
    double height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
    if (width <= 0 || height <= 0) {
      return 0;
    }
    double both = width * height;
    return both / (area() + other.area() - both);
  }

  void write(DataOutput out) throws IOException {
    out.writeFloat(xMin);
    out.writeFloat(yMin);
    out.writeFloat(xMax);
    out.writeFloat(yMax);
  }

  static Box read(DataInput in) throws IOException {
    return new Box(in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat());
  }
}
