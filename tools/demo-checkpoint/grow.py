"""The weights that training starts from: random, or an older checkpoint grown to the new shape."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from model import PaliGemma, config
from prompts import LOC


def start(shape, warm_start=None):
    model = PaliGemma(config(shape))
    with torch.no_grad():
        randomize(model)
        if warm_start:
            grow(PaliGemma.load(warm_start), model)
    return model


def randomize(model):
    torch.manual_seed(0)
    for name, p in model.named_parameters():
        if p.ndim == 2 and "embed" not in name:
            nn.init.normal_(p, 0, 1 / math.sqrt(p.shape[1]))
        elif name.endswith("bias"):
            nn.init.zeros_(p)
        if any(part in name for part in ("o_proj.weight", "down_proj.weight", "out_proj.weight", "fc2.weight")):
            p.mul_(0.5)
    nn.init.normal_(model.vision_tower.embeddings.patch_embedding.weight, 0, 0.03)
    width = model.config["hidden_size"]
    # Neighbouring locations start alike: sines of many wavelengths, the short ones weaker.
    tokens = model.language_model.model.embed_tokens.weight
    nn.init.normal_(tokens, 0, 0.08)
    phase = torch.arange(1024)[:, None] / 1024 * torch.logspace(math.log10(math.pi), math.log10(128 * math.pi), width // 2)
    strength = 0.08 * torch.linspace(1, 0.15, width // 2)
    tokens[LOC : LOC + 1024] = torch.cat([torch.sin(phase) * strength, torch.cos(phase) * strength], 1)
    positions = model.vision_tower.embeddings.position_embedding.weight
    side = math.isqrt(len(positions))
    wave = 100 ** -torch.linspace(0, 1, width // 4)
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    positions.copy_(0.3 * torch.cat([f(v.reshape(-1, 1) * wave) for v in (x, y) for f in (torch.sin, torch.cos)], 1))


def grow(old, model):
    """Same width. Kernels and positions are resampled; new layers start as copies that add nothing yet."""
    weights = old.state_dict()
    mine = model.state_dict()
    for name in mine:
        if name in weights and mine[name].shape == weights[name].shape and ".layers." not in name:
            mine[name].copy_(weights[name])
    kernel = "vision_tower.embeddings.patch_embedding.weight"
    from_side, side = weights[kernel].shape[-1], mine[kernel].shape[-1]
    resampled = F.interpolate(weights[kernel], size=(side, side), mode="bicubic", antialias=True)
    mine[kernel].copy_(resampled * (from_side / side) ** 2)
    table = "vision_tower.embeddings.position_embedding.weight"
    grid, from_grid = (math.isqrt(len(source[table])) for source in (mine, weights))
    square = weights[table].T.reshape(1, -1, from_grid, from_grid)
    mine[table].copy_(F.interpolate(square, size=(grid, grid), mode="bicubic").flatten(2)[0].T)
    for part, pick in (("vision_tower.encoder", "vision_config"), ("language_model.model", "text_config")):
        count, from_count = model.config[pick]["num_hidden_layers"], old.config[pick]["num_hidden_layers"]
        taken = set()
        for i in range(count):
            source = i * from_count // count
            for name in [n for n in mine if n.startswith(f"{part}.layers.{i}.")]:
                value = weights[name.replace(f".layers.{i}.", f".layers.{source}.")]
                adds = any(end in name for end in ("o_proj", "down_proj", "out_proj", "fc2"))
                mine[name].copy_(torch.zeros_like(value) if adds and source in taken else value)
            taken.add(source)
