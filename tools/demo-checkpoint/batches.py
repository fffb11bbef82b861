"""Batches from the pool: augmented pictures, prompts, answers and the truth for each patch."""

import random
import threading
from dataclasses import dataclass
from queue import Queue

import numpy as np
import torch
from PIL import Image

from pool import arrays
from prompts import answer_ids, prompt_ids, words_of_prompt

PATCH = 14
LEAST_VISIBLE = 0.35
NO_OBJECT = 4


@dataclass
class Batch:
    pixels: torch.Tensor  # uint8 (B, S, S, 3)
    prompts: torch.Tensor  # (B, P)
    answers: torch.Tensor  # (B, T), -100 after the end
    keep: torch.Tensor | None  # (B, K) patches to look at, None for all
    patch_label: torch.Tensor  # (B, K or N), NO_OBJECT where there is none
    patch_box: torch.Tensor  # (B, K or N, 4) y1, x1, y2, x2 of the object on the patch


def augment(pixels, boxes, rng):
    """Mirrors, zooms in, and changes the light and the colours; boxes are clipped, and dropped when hardly visible."""
    side = len(pixels)
    boxes = boxes.copy()
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
        boxes[:, [2, 4]] = 1 - boxes[:, [4, 2]]
    if rng.random() < 0.35:
        height, width = (rng.uniform(0.75, 1) for _ in range(2))
        width = min(1, max(width, height - 0.12, 0.75), height + 0.12)
        y, x = rng.uniform(0, 1 - height), rng.uniform(0, 1 - width)
        area = (x * side, y * side, (x + width) * side, (y + height) * side)
        image = Image.fromarray(np.ascontiguousarray(pixels))
        pixels = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, box=area))
        zoomed = (boxes[:, 1:] - [y, x, y, x]) / [height, width, height, width]
        clipped = zoomed.clip(0, 1)
        visible = (clipped[:, 2:] - clipped[:, :2]).prod(1) / np.maximum(1e-9, (zoomed[:, 2:] - zoomed[:, :2]).prod(1))
        sides = (clipped[:, 2:] - clipped[:, :2]).min(1, initial=1)
        boxes[:, 1:] = clipped
        boxes = boxes[(visible > LEAST_VISIBLE) & (sides > 0.02)]
    if rng.random() < 0.3:
        order = rng.sample(range(3), 3)
        pixels = pixels[..., order]
    if rng.random() < 0.3:
        gain, lift = rng.uniform(0.75, 1.2), rng.uniform(-15, 15)
        pixels = (pixels * np.float32(gain) + np.float32(lift)).clip(0, 255).astype(np.uint8)
    return pixels, boxes


def truth_of_patches(boxes, grid):
    """Which object lies on each patch: the smallest whose box holds the patch's middle, at least its nearest patch."""
    label = np.full((grid, grid), NO_OBJECT, np.int64)
    box = np.zeros((grid, grid, 4), np.float32)
    middle = (np.arange(grid) + 0.5) / grid
    for row in sorted(boxes, key=lambda row: -(row[3] - row[1]) * (row[4] - row[2])):
        y = np.flatnonzero((middle >= row[1]) & (middle <= row[3]))
        x = np.flatnonzero((middle >= row[2]) & (middle <= row[4]))
        y = y if len(y) else [min(grid - 1, int((row[1] + row[3]) / 2 * grid))]
        x = x if len(x) else [min(grid - 1, int((row[2] + row[4]) / 2 * grid))]
        label[np.ix_(y, x)] = int(row[0])
        box[np.ix_(y, x)] = row[1:]
    return label.ravel(), box.reshape(-1, 4)


def importance(boxes, grid, rng):
    """Per patch: 2 on and around objects and around decoys, which hide from the model why a patch was kept; else < 1."""
    score = np.array([rng.random() for _ in range(grid * grid)], np.float32).reshape(grid, grid)
    areas = [row[1:] for row in boxes]
    for _ in range(rng.randint(1, 2)):
        height, width = rng.uniform(0.04, 0.22), rng.uniform(0.05, 0.22)
        y, x = rng.uniform(0, 1 - height), rng.uniform(0, 1 - width)
        areas.append((y, x, y + height, x + width))
    for y1, x1, y2, x2 in areas:
        margin = rng.randint(0, 1)
        top, left = max(0, int(y1 * grid) - margin), max(0, int(x1 * grid) - margin)
        score[top : int(y2 * grid) + 1 + margin, left : int(x2 * grid) + 1 + margin] += 2
    return score.ravel()


def collate(samples, count, keep, rng):
    """samples: (pixels, boxes, importance); count words in each prompt; keep so many patches, None keeps all."""
    grid = len(samples[0][0]) // PATCH
    words = [words_of_prompt(count, rng) for _ in samples]
    answers = [answer_ids(w, boxes) for w, (_, boxes, _) in zip(words, samples)]
    padded = np.full((len(samples), max(map(len, answers))), -100)
    for row, answer in zip(padded, answers):
        row[: len(answer)] = answer
    truth = [truth_of_patches(boxes, grid) for _, boxes, _ in samples]
    label, box = (torch.from_numpy(np.stack(part)) for part in zip(*truth))
    chosen = None
    if keep is not None:
        chosen = torch.from_numpy(np.stack([np.sort(np.argsort(-score)[:keep]) for *_, score in samples]))
        label = label.gather(1, chosen)
        box = box.gather(1, chosen[..., None].expand(-1, -1, 4))
    return Batch(
        torch.from_numpy(np.stack([pixels for pixels, *_ in samples])),
        torch.tensor([prompt_ids(w) for w in words]), torch.from_numpy(padded), chosen, label, box,
    )


class Feeder:
    """Makes steps of several batches on threads of its own, a few ahead."""

    def __init__(self, directory, batch, parts, full_share, seed, threads=1):
        self.pixels, self.boxes = arrays(directory, None)
        self.batch, self.parts, self.full_share = batch, parts, full_share
        self.queue = Queue(4)
        for i in range(threads):
            threading.Thread(target=self.run, args=(random.Random(f"{seed}-{i}"),), daemon=True).start()

    def run(self, rng):
        while True:
            self.queue.put(self.step(rng))

    def sample(self, rng):
        while True:
            i = rng.randrange(len(self.boxes))
            boxes = np.array(self.boxes[i])
            if boxes[0, 0] != -2:
                pixels, boxes = augment(self.pixels[i], boxes[boxes[:, 0] >= 0], rng)
                return np.ascontiguousarray(pixels), boxes, importance(boxes, len(pixels) // PATCH, rng)

    def step(self, rng):
        # Alike numbers of patches go together.
        samples = sorted((self.sample(rng) for _ in range(self.batch)), key=lambda s: (s[2] >= 2).sum())
        size = self.batch // self.parts
        made = []
        for i in range(self.parts):
            part = samples[i * size : (i + 1) * size]
            patches = len(part[0][2])
            # An eighth of the ground is kept even where nothing is.
            need = [(s[2] >= 2).sum() + 0.125 * (s[2] < 2).sum() for s in part]
            keep = int(np.ceil(max(need) / 16)) * 16
            keep = None if keep >= 0.9 * patches or rng.random() < self.full_share() else keep
            words = rng.choices([1, 2, 3, 4, 5], [0.12, 0.13, 0.13, 0.54, 0.08])[0]
            made.append(collate(part, words, keep, rng))
        return made

    def __call__(self):
        return self.queue.get()
