"""Drawn scenes from the renderer, worn by a camera's blur and codecs, squeezed to the model's square."""

import io
import os
import struct
import subprocess
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageFilter

REPOSITORY = Path(__file__).resolve().parents[2]
LABELS = ["person", "car", "truck", "bag"]
MOST_BOXES = 10
# Seeds. Tests and the demo use seeds below 100,000 and, for slide shows, random 64-bit ones.
HELD_OUT_STILLS = 500_000
HELD_OUT_MOVING = 600_000
TRAINING = 1_000_000_000


def render(kind, first, count):
    """Yields (picture as PIL image, boxes as rows of label, y1, x1, y2, x2)."""
    command = [
        str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"), "-Xmx256m", "-XX:+UseSerialGC", "-cp", str(REPOSITORY / "camera-simulator" / "target" / "classes"),
        str(Path(__file__).with_name("RenderScenes.java")), kind, str(first), str(count),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 20) as renderer:
        try:
            while header := renderer.stdout.read(12):
                width, height, boxes = struct.unpack(">iii", header)
                rows = [struct.unpack(">iffff", renderer.stdout.read(20)) for _ in range(boxes)]
                pixels = renderer.stdout.read(3 * width * height)
                yield Image.frombytes("RGB", (width, height), pixels), np.array(rows, np.float32).reshape(-1, 5)
        finally:
            renderer.terminate()


def jpeg(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def h264(image, crf):
    """One intra-coded frame through x264 and back."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = image.width, image.height, "yuv420p", 12
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(crf)}
    decoder = av.CodecContext.create("h264", "r")
    packets = encoder.encode(av.VideoFrame.from_image(image)) + encoder.encode(None)
    frames = [frame for packet in packets + [None] for frame in decoder.decode(packet)]
    return frames[0].to_image()


def motion_blur(image, length, vertical):
    """A box blur along one axis, in pixels of the picture."""
    pixels = np.asarray(image, np.float32)
    shifted = [np.roll(pixels, k - length // 2, axis=0 if vertical else 1) for k in range(length)]
    return Image.fromarray(np.mean(shifted, 0).astype(np.uint8))


def wear(image, random):
    """What happens to a frame between the lens and the model: now and then blur and H.264, nearly always a JPEG."""
    if random.random() < 0.10:
        image = motion_blur(image, random.randint(2, max(3, image.width // 90)), random.random() < 0.3)
    elif random.random() < 0.08:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.3, image.width / 450)))
    if random.random() < 0.20:
        image = h264(image, random.randint(20, 38))
    if random.random() < 0.85:
        image = jpeg(image, random.randint(40, 95))
    return image


def squeeze(image, side):
    """The product's own preprocessing: bicubic to the square, whatever the shape."""
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))
