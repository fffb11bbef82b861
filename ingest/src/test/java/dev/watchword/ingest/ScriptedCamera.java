package dev.watchword.ingest;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CaptureClock;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntPredicate;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** A camera that does what the test says: sessions one after the other, ten frames a second. */
final class ScriptedCamera implements FrameSource.Opener {
  static final int KEY_FRAME_EVERY = 10;

  private record Session(
      int frames, IntPredicate broken, CameraCause then, boolean isFinite, boolean opens) {}

  private final Queue<Session> script = new ArrayDeque<>();
  int opened;
  int closed;

  ScriptedCamera refuses(CameraCause cause) {
    script.add(new Session(0, i -> false, cause, false, false));
    return this;
  }

  ScriptedCamera plays(int frames, CameraCause then) {
    return plays(frames, i -> false, then);
  }

  ScriptedCamera plays(int frames, IntPredicate broken, CameraCause then) {
    script.add(new Session(frames, broken, then, false, true));
    return this;
  }

  ScriptedCamera playsRecording(int frames) {
    script.add(new Session(frames, i -> false, CameraCause.ENDED, true, true));
    return this;
  }

  @Override
  public FrameSource open(CameraConfig camera, StopSignal stop) throws SourceFailure {
    Session session = script.poll();
    if (session == null) {
      throw new SourceFailure(CameraCause.OTHER, "the script is at its end");
    }
    if (!session.opens()) {
      throw new SourceFailure(session.then(), "no connection");
    }
    opened++;
    return new Source(session);
  }

  private final class Source implements FrameSource {
    private final Session session;
    private final AVFrame picture =
        Pictures.solid(64, 48, 90, 128, 128, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
    private int next;

    Source(Session session) {
      this.session = session;
    }

    @Override
    public Frame next() throws SourceFailure {
      if (next == session.frames()) {
        throw new SourceFailure(session.then(), "the session is at its end");
      }
      int i = next++;
      long pts = i * 100_000L;
      return new Frame(
          picture,
          pts,
          pts,
          new ClockQuality(CaptureClock.ARRIVAL, -1, Double.NaN),
          0,
          pts,
          i % KEY_FRAME_EVERY == 0,
          session.broken().test(i),
          64,
          48,
          "h264");
    }

    @Override
    public boolean isFinite() {
      return session.isFinite();
    }

    @Override
    public void close() {
      closed++;
      av_frame_free(picture);
    }
  }
}
