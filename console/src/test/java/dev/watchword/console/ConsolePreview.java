package dev.watchword.console;

import static dev.watchword.console.Records.detection;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Task;
import io.prometheus.client.CollectorRegistry;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;

/**
 * Serves the page with drawn cameras, to look at it while working on it: {@code main PORT CAMERAS}.
 */
final class ConsolePreview {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 540;
  private static final List<String> NAMES =
      List.of("gate", "yard", "loading dock", "lobby", "parking", "roof");

  private ConsolePreview() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    int cameras = Integer.parseInt(arguments[1]);
    ConsoleMetrics metrics = new ConsoleMetrics(new CollectorRegistry());
    Viewers viewers = new Viewers(metrics);
    LiveView view =
        new LiveView(Clock.systemUTC(), LiveView.Limits.DEFAULT, metrics, viewers::accept);
    ConsoleServer server =
        new ConsoleServer(new ConsoleConfig("127.0.0.1", port), view, viewers, metrics);
    server.start();
    System.out.println(server.address());
    for (long sequence = 0; ; sequence++) {
      for (int camera = 0; camera < cameras; camera++) {
        feed(view, camera, sequence);
      }
      view.flush();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
    }
  }

  private static void feed(LiveView view, int camera, long sequence) throws IOException {
    String name = NAMES.get(camera % NAMES.size());
    boolean away = camera % 4 == 3 && sequence >= 6;
    boolean connecting = camera % 6 == 5;
    if (sequence == 0 || sequence == 6) {
      view.status(
          Records.status(
              name,
              away ? CameraState.WAITING : connecting ? CameraState.CONNECTING : CameraState.LIVE,
              away ? CameraCause.AUTH_FAILED : CameraCause.NONE,
              away ? "rtsp://10.0.0.7/lobby refuses user and password; next try in 8 s." : ""));
    }
    if (away || connecting) {
      return;
    }
    FrameId id = new FrameId(name, Records.SESSION, sequence);
    List<Detection> boxes = new ArrayList<>();
    Instant now = Instant.now();
    view.frame(Records.frame(id, now.minusMillis(38), draw(camera, sequence, boxes)));
    if (camera % 5 != 4) {
      view.answer(
          Records.answer(
              id,
              "all",
              Outcome.INFERRED,
              now.minusMillis(38),
              now,
              boxes.toArray(Detection[]::new)));
    }
    if (camera % 3 == 0) {
      view.answer(
          Records.words(
              id, Task.CAPTION, "scene", now, "A car and a truck pass two people on the road."));
      view.answer(Records.words(id, Task.ANSWER, "gate open?", now, "no"));
    }
  }

  /** The shape of a figure: a round head over a body. */
  private static byte[] figure() {
    byte[] values = new byte[64 * 64];
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        double head = 14 - Math.hypot(x - 32, (y - 13) * 1.1);
        double body = Math.min(22 - Math.abs(x - 32), Math.min(y - 26, 62 - y));
        values[y * 64 + x] = (byte) Math.clamp(Math.round(128 + 30 * Math.max(head, body)), 0, 255);
      }
    }
    return values;
  }

  private static byte[] draw(int camera, long sequence, List<Detection> boxes) throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    float hue = 0.55f + camera * 0.07f;
    g.setPaint(
        new GradientPaint(
            0, 0, Color.getHSBColor(hue, .25f, .62f), 0, 230, Color.getHSBColor(hue, .12f, .8f)));
    g.fillRect(0, 0, WIDTH, 250);
    for (int i = 0; i < 7; i++) {
      g.setColor(Color.getHSBColor(hue + .3f, .12f, .36f + .05f * ((i * 7 + camera) % 4)));
      int height = 90 + (i * 53 + camera * 31) % 110;
      g.fillRect(i * 150 - 20, 250 - height, 130, height);
    }
    g.setPaint(new GradientPaint(0, 250, new Color(96, 99, 102), 0, 540, new Color(58, 60, 64)));
    g.fillRect(0, 250, WIDTH, 290);
    g.setColor(new Color(214, 208, 190, 150));
    for (int i = 0; i < 6; i++) {
      g.fillRect(i * 190 + 20, 400, 96, 7);
    }
    vehicle(g, boxes, "car", (sequence * 14 + camera * 300L) % 1200 - 200, 330, 210, 90, 0.93, hue);
    vehicle(
        g, boxes, "truck", 900 - (sequence * 9 + camera * 150L) % 1300, 420, 270, 116, .88, .08f);
    person(g, boxes, 120 + (sequence * 5 + camera * 90L) % 760, 262, 110, 0.91);
    person(g, boxes, 820 - (sequence * 3 + camera * 120L) % 760, 276, 124, 0.64);
    g.dispose();
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", jpeg);
    return jpeg.toByteArray();
  }

  private static void vehicle(
      Graphics2D g,
      List<Detection> boxes,
      String label,
      long x,
      int y,
      int width,
      int height,
      double score,
      float hue) {
    int left = (int) x;
    g.setColor(Color.getHSBColor(hue, .55f, .55f));
    g.fillRoundRect(left, y + height / 3, width, height / 2, 24, 24);
    g.fillRoundRect(left + width / 5, y, width / 2, height / 2, 26, 26);
    g.setColor(new Color(28, 30, 34));
    g.fillOval(left + width / 8, y + height * 2 / 3, height / 3, height / 3);
    g.fillOval(left + width * 2 / 3, y + height * 2 / 3, height / 3, height / 3);
    add(boxes, label, score, left, y, left + width, y + height);
  }

  private static void person(
      Graphics2D g, List<Detection> boxes, long x, int y, int height, double score) {
    int left = (int) x;
    int width = height * 2 / 5;
    g.setColor(new Color(222, 184, 150));
    g.fillOval(left + width / 4, y, width / 2, width / 2);
    g.setColor(new Color(52, 92, 140));
    g.fillRoundRect(left + width / 8, y + width / 2, width * 3 / 4, height / 2, 14, 14);
    g.setColor(new Color(40, 44, 52));
    g.fillRect(left + width / 4, y + height * 3 / 5, width / 5, height * 2 / 5);
    g.fillRect(left + width / 2, y + height * 3 / 5, width / 5, height * 2 / 5);
    int before = boxes.size();
    add(boxes, "person", score, left, y, left + width, y + height);
    boxes.subList(before, boxes.size()).replaceAll(box -> Records.masked(box, figure()));
  }

  private static void add(
      List<Detection> boxes, String label, double score, int x0, int y0, int x1, int y1) {
    double xMin = Math.clamp(x0 / (double) WIDTH, 0, 1);
    double xMax = Math.clamp(x1 / (double) WIDTH, 0, 1);
    if (xMax - xMin > 0.01) {
      boxes.add(detection(label, score, xMin, y0 / (double) HEIGHT, xMax, y1 / (double) HEIGHT));
    }
  }
}
