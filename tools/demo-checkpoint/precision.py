"""Detections of a model on held-out scenes, and their average precision."""

import argparse
import json
from functools import lru_cache

import numpy as np
import torch

from model import PaliGemma
from prompts import ABSENT, EOS, LABEL_OF, LABELS, LOC, SEPARATOR, WORDS, prompt_ids
from scenes import HELD_OUT_MOVING, HELD_OUT_STILLS, render, squeeze

STEPS = 72
NEAR = 24
BATCH = 32


@lru_cache(maxsize=4)
def held_out(kind, count, side):
    """Pixels (n, side, side, 3) and the boxes of each; of a moving scene every fourth count is a seed."""
    first, seeds = (HELD_OUT_STILLS, count) if kind == "stills" else (HELD_OUT_MOVING, count // 4)
    scenes = list(render(kind, first, seeds))
    return np.stack([squeeze(image, side) for image, _ in scenes]), [boxes for _, boxes in scenes]


def scores(chosen, probability, separator):
    """The parts of a box's score, and the product that the product uses: label, existence, places (geometric mean)."""
    near = [p[max(LOC, t - NEAR) : min(LOC + 1024, t + NEAR + 1)].sum() for t, p in zip(chosen[:4], probability)]
    label = probability[4][chosen[4]]
    exists = probability[0][LOC : LOC + 1024].sum() if separator is None else separator[SEPARATOR[0]]
    place = float(np.prod(near)) ** 0.25
    return {"score": label * exists * place, "label": label, "label x exists": label * exists, "place": place}


def parse(tokens, probability):
    """Boxes (label, y1, x1, y2, x2, scores) of one answer, and whether it was well-formed."""
    boxes, i, separator = [], 0, None
    while i + 4 < len(tokens):
        chosen = tokens[i : i + 5]
        if not (all(LOC <= t < LOC + 1024 for t in chosen[:4]) and chosen[4] in LABEL_OF):
            return boxes, False
        place = [(t - LOC) / 1024 for t in chosen[:4]]
        boxes.append((LABEL_OF[chosen[4]], *place, scores(chosen, probability[i : i + 5], separator)))
        i += 5
        if i == len(tokens):
            return boxes, True
        if tokens[i : i + 2] != SEPARATOR:
            return boxes, False
        separator = probability[i]
        i += 2
    return boxes, i == 0 and not tokens


@torch.no_grad()
def detect(model, pixels, words):
    """Boxes of each picture, and how many answers were malformed."""
    found, malformed = [], 0
    for start in range(0, len(pixels), BATCH):
        rows = torch.from_numpy(pixels[start : start + BATCH])
        tokens, logits = model.generate(rows, torch.tensor([prompt_ids(words)] * len(rows)), STEPS, EOS)
        probability = logits.softmax(-1).numpy()
        for row, p in zip(tokens.tolist(), probability):
            boxes, well = parse(row[: row.index(EOS)] if EOS in row else row, p)
            found.append(boxes)
            malformed += not well
    return found, malformed


def overlap(a, b):
    height, width = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if height <= 0 or width <= 0:
        return 0.0
    both = height * width
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def average_precision(found, truth, label, threshold, key="score"):
    """Interpolated over 101 points of recall, as COCO does."""
    number = LABELS.index(label)
    boxes = sorted(((b[5][key], i, b[1:5]) for i, o in enumerate(found) for b in o if b[0] == label), key=lambda b: -b[0])
    objects = sum(int(row[0]) == number for rows in truth for row in rows)
    used, right = set(), []
    for _, i, box in boxes:
        best = max(((overlap(box, row[1:]), k) for k, row in enumerate(truth[i]) if int(row[0]) == number), default=(0, -1))
        hit = best[0] >= threshold and (i, best[1]) not in used
        right.append(hit)
        if hit:
            used.add((i, best[1]))
    if not right or not objects:
        return 0.0
    right = np.cumsum(right)
    precision, recall = right / np.arange(1, len(right) + 1), right / objects
    return float(np.mean([precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 101)]))


def table(found, truth, threshold, key="score"):
    by_label = {label: round(average_precision(found, truth, label, threshold, key), 3) for label in LABELS}
    return {"all": round(float(np.mean(list(by_label.values()))), 3), **by_label}


def evaluate(model, kind="stills", count=256):
    pixels, truth = held_out(kind, count, model.config["vision_config"]["image_size"])
    found, malformed = detect(model, pixels, LABELS)
    empty = [boxes for boxes, rows in zip(found, truth) if not len(rows)]
    return {
        "scenes": len(truth), "objects": sum(map(len, truth)), "AP50": table(found, truth, 0.5),
        "AP75": table(found, truth, 0.75), "malformed": malformed,
        "false on empty": f"{sum(map(bool, empty))}/{len(empty)}",
    }


def absent(model, kind="stills", count=256):
    """Share of answers with a box of a class that is not there: each label asked alone, and words that never are."""
    pixels, truth = held_out(kind, count, model.config["vision_config"]["image_size"])
    asked = false = 0
    for word in LABELS + ABSENT[:3]:
        rows = [i for i, boxes in enumerate(truth) if word not in {LABELS[int(box[0])] for box in boxes}]
        tokens_of_none = detect(model, pixels[rows], [word])
        asked += len(rows)
        false += sum(map(bool, tokens_of_none[0])) + tokens_of_none[1]
    return f"{false}/{asked}"


def main():
    options = argparse.ArgumentParser(description="Average precision of a checkpoint on held-out scenes.")
    options.add_argument("checkpoint")
    options.add_argument("--count", type=int, default=640)
    options.add_argument("--kind", choices=["stills", "moving"], default="stills")
    options.add_argument("--scores", action="store_true", help="also compare other scores")
    options.add_argument("--absent", action="store_true", help="also ask for what is not there")
    options = options.parse_args()
    model = PaliGemma.load(options.checkpoint).eval()
    print(json.dumps(evaluate(model, options.kind, options.count), indent=1))
    if options.absent:
        print("false boxes on absent classes", absent(model, options.kind, options.count))
    if options.scores:
        pixels, truth = held_out(options.kind, options.count, model.config["vision_config"]["image_size"])
        found, _ = detect(model, pixels, LABELS)
        for key in ("score", "label", "label x exists", "place"):
            print(key, table(found, truth, 0.5, key)["all"], table(found, truth, 0.75, key)["all"])


if __name__ == "__main__":
    main()
