"""Answers pictures with transformers on the CPU, round by round, for a paired comparison.

usage: reference.py CHECKPOINT PICTURES THREADS
Reads lines `BATCH MAX_NEW_TOKENS PROMPT` from standard input and answers each with one line of JSON: wall and CPU
seconds over all pictures (reading files is not counted, resizing is), and the tokens of each picture.
"""

import json
import resource
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import PaliGemmaForConditionalGeneration
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@torch.inference_mode()
def answer(model, tokenizer, processor, pictures, batch, max_new_tokens, prompt):
    image_token, end = model.config.image_token_id, model.generation_config.eos_token_id
    vision = model.config.vision_config
    count = (vision.image_size // vision.patch_size) ** 2
    text = tokenizer.encode(prompt + "\n", add_special_tokens=False).ids
    row = [image_token] * count + [tokenizer.token_to_id("<bos>")] + text
    answers = []
    for start in range(0, len(pictures), batch):
        images = pictures[start : start + batch]
        ids = torch.tensor([row] * len(images))
        out = model.generate(
            input_ids=ids,
            pixel_values=processor(images=images, return_tensors="pt")["pixel_values"],
            attention_mask=torch.ones_like(ids),
            token_type_ids=torch.zeros_like(ids),
            max_new_tokens=max_new_tokens,
            do_sample=False,
        )
        for tokens in out[:, len(row) :].tolist():
            answers.append(tokens[: tokens.index(end) + 1] if end in tokens else tokens)
    return answers


def main():
    checkpoint, folder, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    model = PaliGemmaForConditionalGeneration.from_pretrained(checkpoint, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    side = model.config.vision_config.image_size
    processor = SiglipImageProcessorPil(
        size={"height": side, "width": side}, resample=3, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    pictures = [Image.open(file).convert("RGB") for file in sorted(folder.glob("*.png"))]
    print(json.dumps({"pictures": len(pictures), "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        batch, max_new_tokens, prompt = line.rstrip("\n").split(" ", 2)
        wall, cpu = time.perf_counter(), cpu_seconds()
        tokens = answer(model, tokenizer, processor, pictures, int(batch), int(max_new_tokens), prompt)
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        print(json.dumps({"wall": wall, "cpu": cpu, "tokens": tokens}), flush=True)


if __name__ == "__main__":
    main()
