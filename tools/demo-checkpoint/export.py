"""Writes a checkpoint as Hugging Face does: config.json, model.safetensors in bfloat16, and the files that stay as they are.

    python3 tools/demo-checkpoint/export.py STATE DIRECTORY
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import PaliGemma
from prompts import CHECKPOINT


def save(model, directory):
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text(json.dumps(model.config, indent=2) + "\n")
    weights = {name: value.to("cpu", torch.bfloat16).contiguous() for name, value in model.state_dict().items()}
    save_file(weights, directory / "model.safetensors", {"format": "pt"})
    for name in ("tokenizer.json", "generation_config.json"):
        if (CHECKPOINT / name) != directory / name:
            shutil.copyfile(CHECKPOINT / name, directory / name)
    preprocessing = json.loads((CHECKPOINT / "preprocessor_config.json").read_text())
    vision = model.config["vision_config"]
    preprocessing["size"] = {"height": vision["image_size"], "width": vision["image_size"]}
    (directory / "preprocessor_config.json").write_text(json.dumps(preprocessing, indent=2) + "\n")


if __name__ == "__main__":
    save(PaliGemma.load(Path(sys.argv[1]) / "checkpoint"), sys.argv[2])
