"""Trains the demo checkpoint in pieces, on a CPU or with CUDA. See README.md for the recipe.

    python3 tools/demo-checkpoint/train.py STATE --pool POOL --minutes 30             warm start, or goes on from STATE
    python3 tools/demo-checkpoint/train.py STATE --pool POOL --minutes 20 --cool-down the last piece: rate falls to 0
"""

import argparse
import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from batches import NO_OBJECT, Feeder
from export import save
from grow import start
from muon import Muon
from precision import evaluate
from prompts import LOC

LOCATIONS = 1024


def answer_loss(logits, answers, sigma):
    """Cross entropy; a location's target is a bell over its neighbours."""
    log = F.log_softmax(logits[answers >= 0].float(), -1)
    target = answers[answers >= 0]
    located = (target >= LOC) & (target < LOC + LOCATIONS)
    bins = torch.arange(LOCATIONS, device=target.device)
    bell = torch.exp(-0.5 * ((bins - (target[located] - LOC)[:, None]) / sigma) ** 2)
    places = -(bell / bell.sum(1, keepdim=True) * log[located, LOC : LOC + LOCATIONS]).sum(1)
    words = F.nll_loss(log[~located], target[~located], reduction="none")
    return places.sum(), words.sum()


def patch_loss(predicted, label, box):
    """Class of each patch, and the box of the object on it: distance of the edges and generalized overlap."""
    classes = F.cross_entropy(predicted[..., : NO_OBJECT + 1].flatten(0, 1), label.flatten())
    found = label != NO_OBJECT
    if not found.any():
        return classes
    p, t = predicted[found][:, NO_OBJECT + 1 :], box[found]
    top, low = torch.maximum(p[:, :2], t[:, :2]), torch.minimum(p[:, 2:], t[:, 2:])
    both = (low - top).clamp(min=0).prod(1)
    union = (p[:, 2:] - p[:, :2]).clamp(min=1e-4).prod(1) + (t[:, 2:] - t[:, :2]).prod(1) - both
    hull = (torch.maximum(p[:, 2:], t[:, 2:]) - torch.minimum(p[:, :2], t[:, :2])).clamp(min=1e-4).prod(1)
    generalized = both / union - (hull - union) / hull
    return classes + 5 * (p - t).abs().mean() + 0.5 * (1 - generalized).mean()


class Training:
    """The model, a head for the patches that is thrown away, optimizers, a moving average, and how far it all is."""

    def __init__(self, options, device):
        self.options, self.device = options, device
        self.model = start(options.shape, options.warm_start).to(device)
        width = self.model.config["vision_config"]["hidden_size"]
        self.head = nn.Linear(width, NO_OBJECT + 1 + 4).to(device)
        matrices, rest = [], list(self.head.parameters())
        for name, p in self.model.named_parameters():
            (matrices if p.ndim == 2 and "embed" not in name else rest).append(p)
        self.optimizers = [
            Muon(matrices, lr=options.matrix_rate, weight_decay=0.05),
            torch.optim.AdamW(rest, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self.parameters = list(self.model.parameters()) + list(self.head.parameters())
        self.workers = ThreadPoolExecutor(1 if device == "cuda" else options.threads)
        self.average = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.seen = self.steps = 0
        self.state = options.state / "state.pt"
        if self.state.exists():
            self.restore(torch.load(self.state, map_location=device, weights_only=True))

    def parts(self):
        return {"model": self.model, "head": self.head, "matrices": self.optimizers[0], "rest": self.optimizers[1]}

    def restore(self, saved):
        for name, part in self.parts().items():
            part.load_state_dict(saved[name])
        self.average, self.seen, self.steps = saved["average"], saved["seen"], saved["steps"]

    def save(self):
        saved = {name: part.state_dict() for name, part in self.parts().items()}
        saved |= {"average": self.average, "seen": self.seen, "steps": self.steps}
        temporary = self.state.with_suffix(".new")
        torch.save(saved, temporary)
        temporary.replace(self.state)

    def step(self, batches, factor):
        for optimizer, rate in zip(self.optimizers, (self.options.matrix_rate, self.options.rate)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor * min(1, (self.steps + 1) / 60)
        sigma = max(self.options.least_sigma, 24 * 0.5 ** (self.seen / self.options.half_life))
        patch_weight = max(0.3, 0.5 ** (self.seen / (3 * self.options.half_life)))
        located = sum(((b.answers >= LOC) & (b.answers < LOC + LOCATIONS)).sum().item() for b in batches)
        words = sum((b.answers >= 0).sum().item() for b in batches) - located
        counts = (max(1, located), max(1, words), len(batches))
        weights = (1 / (located + words), 1 / (located + words), patch_weight / len(batches))
        # A core that is busy with something else holds up its own part only, not each matrix product.
        parts = list(self.workers.map(lambda b: self.gradients(b, sigma, weights), batches))
        for i, p in enumerate(self.parameters):
            p.grad = sum(gradients[i] for gradients, _ in parts)
        nn.utils.clip_grad_norm_([p for group in self.optimizers[1].param_groups for p in group["params"]], 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.steps += 1
        self.seen += sum(len(b.pixels) for b in batches)
        self.follow()
        return [sum(column) / count for column, count in zip(zip(*(losses for _, losses in parts)), counts)]

    def gradients(self, batch, sigma, weights):
        """Of one part of a step; and its losses: of the places, of the words, of the patches."""
        keep = None if batch.keep is None else batch.keep.to(self.device)
        answers = batch.answers.to(self.device)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device == "cuda"):
            features = self.model.see(batch.pixels.to(self.device), keep)
            logits = self.model.answer_logits(features, batch.prompts.to(self.device), answers.clamp(min=0), keep)
            patches = self.head(features).float()
        patch = patch_loss(patches, batch.patch_label.to(self.device), batch.patch_box.to(self.device))
        losses = (*answer_loss(logits, answers, sigma), patch)
        total = sum(weight * loss for weight, loss in zip(weights, losses))
        return torch.autograd.grad(total, self.parameters), [loss.item() for loss in losses]

    @torch.no_grad()
    def follow(self):
        """The average forgets over some hundreds of steps."""
        decay = min(self.options.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in self.model.state_dict().items():
            self.average[name].lerp_(value, 1 - decay)

    def averaged(self):
        model = type(self.model)(self.model.config)
        model.load_state_dict(self.average)
        return model.eval()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("state", type=Path, help="directory: what is needed to go on, a log, the exported checkpoint")
    options.add_argument("--pool", type=Path, required=True)
    options.add_argument("--minutes", type=float, required=True)
    options.add_argument("--cool-down", action="store_true", help="let the rate fall to 0 over these minutes")
    options.add_argument("--shape", choices=["small", "full"], default="small")
    options.add_argument("--warm-start", help="a checkpoint to grow from; none starts at random")
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--parts", type=int, default=4, help="a step's batch is worked off in so many parts")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--matrix-rate", type=float, default=0.02, help="of Muon")
    options.add_argument("--rate", type=float, default=2e-3, help="of AdamW, for all that is no matrix")
    options.add_argument("--decay", type=float, default=0.998, help="of the moving average")
    options.add_argument("--half-life", type=float, default=15000, help="samples in which the targets' bell halves")
    options.add_argument("--least-sigma", type=float, default=3)
    options.add_argument("--full-share", type=float, default=0.15, help="of batches in which all patches are seen")
    options.add_argument("--evaluate-every", type=float, default=8, help="minutes")
    options = options.parse_args()
    options.state.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    torch.set_flush_denormal(True)
    training = Training(options, "cuda" if torch.cuda.is_available() else "cpu")
    log = (options.state / "log.jsonl").open("a", buffering=1)
    begin = time.time()

    def share():
        return (time.time() - begin) / (60 * options.minutes)

    def full_share():
        return 1.0 if options.cool_down and share() > 0.4 else options.full_share

    feeder = Feeder(options.pool, options.batch, options.parts, full_share, training.seen)
    print("parameters", sum(p.numel() for p in training.model.parameters()), "seen", training.seen, flush=True)
    try:
        run(training, feeder, share, log)
    finally:
        training.save()
    report(training, log)


def run(training, feeder, share, log):
    options = training.options
    last = evaluated = time.time()
    losses, counted, used = [], training.seen, time.process_time()
    while share() < 1:
        losses.append(training.step(feeder(), 1 - share() if options.cool_down else 1))
        now = time.time()
        if now - last > 60:
            means = "place {:.3f} word {:.3f} patch {:.3f}".format(*(sum(c) / len(losses) for c in zip(*losses)))
            rate, cores = (training.seen - counted) / (now - last), (time.process_time() - used) / (now - last)
            print(f"{training.seen} seen, {rate:.1f}/s on {cores:.2f} cores, {means}", flush=True)
            last, losses, counted, used = now, [], training.seen, time.process_time()
        if now - evaluated > 60 * options.evaluate_every:
            report(training, log)
            last = evaluated = time.time()
            counted, used = training.seen, time.process_time()


def report(training, log):
    training.save()
    model = training.averaged()
    save(model, training.options.state / "checkpoint")
    line = {"seen": training.seen, **evaluate(model)}
    log.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
