"""Encodes the clips that the bundled FFmpeg has no encoders for: H.265, B-frames, and Motion JPEG beside them.

    mvn -q -Dquick -pl camera-simulator -am package
    pip install av numpy
    python3 tools/encoded-clips/encode.py
"""

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ROOT / "camera-simulator" / "target" / "classes"
CLIPS = ROOT / "camera-simulator" / "src" / "main" / "resources" / "dev" / "watchword" / "simulator"
WIDTH, HEIGHT, RATE, FRAMES = 480, 272, 12, 72
KEY_FRAME_EVERY = 18

# No scene cuts: a key frame comes when it is due, as from a camera. One thread: the same bytes each time.
X264 = f"keyint={KEY_FRAME_EVERY}:min-keyint={KEY_FRAME_EVERY}:scenecut=0:threads=1:b-adapt=0"
X265 = X264.replace("threads=1", "frame-threads=1:pools=none:repeat-headers=0:log-level=none")
CLIPS_TO_MAKE = {
    "street-h265.mp4": ("libx265", {"x265-params": X265 + ":bframes=0", "crf": "18"}),
    "street-h264-b.mp4": ("libx264", {"x264-params": X264 + ":bframes=3:b-pyramid=normal", "crf": "18"}),
    "street-h265-b.mp4": ("libx265", {"x265-params": X265 + ":bframes=3:b-pyramid=1:open-gop=0", "crf": "18"}),
    "street-mjpeg.mp4": ("mjpeg", {"qmin": "6", "qmax": "6", "huffman": "default", "threads": "1"}),
}


def frames():
    """The drawn pictures, one after the other."""
    command = ["java", "-cp", str(CLASSES), str(Path(__file__).with_name("DrawFrames.java")), "STREET"]
    command += [str(value) for value in (WIDTH, HEIGHT, RATE, FRAMES)]
    pixels = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(pixels, np.uint8).reshape(FRAMES, HEIGHT, WIDTH, 3)


def encode(path, codec, options, pictures):
    motion_jpeg = codec == "mjpeg"
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        stream = file.add_stream(codec, rate=RATE, options=options)
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if motion_jpeg else "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)


def main():
    pictures = frames()
    for name, (codec, options) in CLIPS_TO_MAKE.items():
        count = FRAMES // 3 if codec == "mjpeg" else FRAMES
        encode(CLIPS / name, codec, options, pictures[:count])
        print(name, (CLIPS / name).stat().st_size)


main()
