package dev.watchword.sink.events;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where an object is thought to be next, and whether a box may be it. Distances are in heights of
 * the picture. At half a frame to five frames a second an object may have left its own box between
 * two frames, so overlap alone would lose it: the distance from where it should be counts too,
 * against how far an object of its size can get.
 */
final class Motion {
  /** A box of the same object jitters and is cut by the picture's edge by about this much. */
  private static final double SLACK = 0.6;

  /**
   * Diagonals of its box a second: a runner makes 2, a car in a street 3. How far it may be from
   * its last place while its speed is not known, and from where its speed leads when it is.
   */
  private static final double REACH_UNKNOWN = 1.2;

  private static final double REACH_KNOWN = 0.8;

  /** Behind something for longer, it may have turned. */
  private static final double LONGEST_SECONDS = 3;

  /** Unseen for longer, only who has stayed where it was is known again. */
  private static final double FORGOTTEN_SECONDS = 5;

  /** Two boxes whose areas differ by more are two objects. */
  private static final double MOST_GROWTH = 5;

  /** Weight of the newest speed. */
  private static final double LEARN = 0.6;

  private double speedX;
  private double speedY;
  private boolean known;

  /** The object has come from one box to another. */
  void moved(Box from, Box to, double seconds, double aspect) {
    if (seconds <= 0) {
      return;
    }
    double x = (to.centreX() - from.centreX()) * aspect / seconds;
    double y = (to.centreY() - from.centreY()) / seconds;
    double weight = known ? LEARN : 1;
    speedX += weight * (x - speedX);
    speedY += weight * (y - speedY);
    known = true;
  }

  /**
   * What it costs to take the box for this object, from 0 to about 2; {@link Assignment#FORBIDDEN}
   * when it cannot be.
   *
   * @param last the object's last box
   * @param seconds since then
   */
  double cost(Box last, double seconds, Box box, double aspect) {
    double growth = growth(last, box);
    if (growth > Math.log(MOST_GROWTH) || hasLeft(last, seconds, aspect)) {
      return Assignment.FORBIDDEN;
    }
    double time = seconds > FORGOTTEN_SECONDS ? 0 : Math.min(seconds, LONGEST_SECONDS);
    Box moved = last.moved(speedX * time / aspect, speedY * time);
    // Who moved may have stopped.
    double cost =
        Math.min(costFrom(moved, time, box, aspect), costFrom(last, time, box, aspect) + 0.1);
    return cost >= Assignment.FORBIDDEN
        ? Assignment.FORBIDDEN
        : cost + 0.2 * growth / Math.log(MOST_GROWTH);
  }

  /** Who has walked out of the picture is not the one who comes in. */
  private boolean hasLeft(Box last, double seconds, double aspect) {
    Box now = last.moved(speedX * seconds / aspect, speedY * seconds);
    return now.xMax() <= 0 || now.xMin() >= 1 || now.yMax() <= 0 || now.yMin() >= 1;
  }

  private double costFrom(Box expected, double seconds, Box box, double aspect) {
    double diagonal =
        (Math.hypot(expected.width() * aspect, expected.height())
                + Math.hypot(box.width() * aspect, box.height()))
            / 2;
    double reach = diagonal * (SLACK + (known ? REACH_KNOWN : REACH_UNKNOWN) * seconds);
    double distance =
        Math.hypot(
            (box.centreX() - expected.centreX()) * aspect, box.centreY() - expected.centreY());
    if (distance > reach) {
      return Assignment.FORBIDDEN;
    }
    // In diagonals, so that of two objects that cross each keeps what is near to its own way.
    return 0.6 * distance / diagonal + 0.4 * (1 - expected.iou(box));
  }

  private static double growth(Box one, Box other) {
    double least = 1e-6;
    return Math.abs(Math.log(Math.max(least, one.area()) / Math.max(least, other.area())));
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(speedX);
    out.writeDouble(speedY);
    out.writeBoolean(known);
  }

  void read(DataInput in) throws IOException {
    speedX = in.readDouble();
    speedY = in.readDouble();
    known = in.readBoolean();
  }
}
