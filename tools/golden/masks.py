"""Writes the golden masks of the paligemma module: what PyTorch draws from codes with made-up weights.

The published weights (vae-oid.npz) may not be copied here, so both sides make the same ones from a hash;
the layers are those of big_vision's decoder.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

GOLDEN = Path(__file__).resolve().parents[2] / "paligemma" / "src" / "test" / "resources" / "golden"


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 1),
        )

    def forward(self, x):
        return self.net(x) + x


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [128, 128, 64, 32, 16]
        layers = [nn.Conv2d(512, 128, 1), nn.ReLU(), Residual(128), Residual(128)]
        for narrow, wide in zip(widths[1:], widths):
            layers += [nn.ConvTranspose2d(wide, narrow, 4, stride=2, padding=1), nn.ReLU()]
        self.decoder = nn.Sequential(*layers, nn.Conv2d(16, 1, 1))
        self._embedding = nn.Parameter(torch.zeros(128, 512))

    def forward(self, codes):
        cells = self._embedding[codes].reshape(-1, 4, 4, 512)
        return self.decoder(cells.permute(0, 3, 1, 2))


def noise(tensor, count):
    """Numbers from 0 to 1 that depend on the tensor's and the element's index alone."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) + np.uint32((tensor * 0x9E3779B9) & 0xFFFFFFFF)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        x = x ^ (x >> np.uint32(16))
    return (x >> np.uint32(8)).astype(np.float64) / 2**24


def bound(name, shape):
    """Keeps the activations' size from layer to layer."""
    if name == "_embedding":
        return 1.0
    if len(shape) == 1:
        return 0.1
    transposed = shape[2] == 4
    return (6.0 / (shape[0] * 4 if transposed else shape[1] * shape[2] * shape[3])) ** 0.5


def main():
    model = Decoder()
    # The order in which the hash counts the tensors.
    for tensor, (name, value) in enumerate(sorted(model.state_dict().items())):
        shape = tuple(value.shape)
        flat = (noise(tensor, value.numel()) * 2 - 1) * bound(name, shape)
        value.copy_(torch.from_numpy(flat.astype(np.float32).reshape(shape)))
    codes = [
        [(int(n * 128)) for n in noise(1000, 16)],
        list(range(16)),
        [127] * 16,
    ]
    with torch.no_grad():
        levels = model(torch.tensor(codes))
    (GOLDEN / "masks.json").write_text(json.dumps([{"codes": c} for c in codes]) + "\n")
    (GOLDEN / "masks.f32").write_bytes(levels.numpy().astype("<f4").tobytes())
    # A file of NumPy's own making, for the reader.
    np.savez_compressed(
        GOLDEN / "arrays.npz",
        row=np.array([1.5, -2.25, 3.0], dtype="<f4"),
        matrix=np.arange(6, dtype="<f4").reshape(2, 3),
        whole=np.arange(3),
        columns=np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3)),
    )
    print(levels.shape, float(levels.min()), float(levels.max()), float((levels > 0).float().mean()))


if __name__ == "__main__":
    main()
