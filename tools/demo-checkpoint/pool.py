"""Keeps a rolling pool of training scenes on disk: run beside train.py, niced; stop it with SIGTERM.

    python3 tools/demo-checkpoint/pool.py DIRECTORY [--scenes 16384] [--first 0] [--per-second 12]
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np

from scenes import MOST_BOXES, TRAINING, render, squeeze, wear

SIDE = 224


def arrays(directory, scenes, mode="r"):
    """(pixels, boxes) of a pool. A row of boxes whose label is -1 is empty; -2 marks a scene that is not there yet."""
    directory = Path(directory)
    if mode == "r":
        boxes = np.memmap(directory / "boxes.f32", np.float32, mode).reshape(-1, MOST_BOXES, 5)
        scenes = len(boxes)
    else:
        boxes = np.memmap(directory / "boxes.f32", np.float32, mode, shape=(scenes, MOST_BOXES, 5))
    pixels = np.memmap(directory / "pixels.u8", np.uint8, mode, shape=(scenes, SIDE, SIDE, 3))
    return pixels, boxes


def main():
    options = argparse.ArgumentParser()
    options.add_argument("directory", type=Path)
    options.add_argument("--scenes", type=int, default=16384, help="size of the pool, 150 kB each")
    options.add_argument("--first", type=int, default=0, help="seeds already used by earlier runs")
    options.add_argument("--per-second", type=float, default=12, help="pace once the pool is full")
    options = options.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    pixels, boxes = arrays(options.directory, options.scenes, "w+")
    boxes[:] = -2
    rng = random.Random(options.first)
    for count, (image, rows) in enumerate(render("mixed", TRAINING + options.first, 1_000_000_000)):
        slot = count % options.scenes
        padded = np.full((MOST_BOXES, 5), -1, np.float32)
        padded[: len(rows)] = rows[:MOST_BOXES]
        boxes[slot] = -2
        pixels[slot] = squeeze(wear(image, rng), SIDE)
        boxes[slot] = padded
        if count > options.scenes:
            time.sleep(1 / options.per_second)
        if count % 1000 == 0:
            (options.directory / "rendered").write_text(str(options.first + count))


if __name__ == "__main__":
    main()
