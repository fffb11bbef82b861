#!/usr/bin/env python3
"""The model of the measurement, and what transformers makes of it on the same GPU.

baseline.py weights DIR TOKENIZER   writes a PaliGemma 3B, 224 px, with random bf16 weights
baseline.py speed DIR BATCHES       frames/s with static cache and torch.compile
"""

import json
import shutil
import statistics
import sys
import time
from pathlib import Path

PROMPT = 12  # begin, "detect person ; car" and line feed are about as many tokens
OUTPUTS = (1, 6, 27)  # 0, 1 and 4 boxes with labels of one token
END = 1


def config():
    from transformers import PaliGemmaConfig

    return PaliGemmaConfig(
        image_token_index=257152,
        projection_dim=2048,
        hidden_size=2048,
        vision_config=dict(
            model_type="siglip_vision_model", hidden_size=1152, intermediate_size=4304, num_hidden_layers=27,
            num_attention_heads=16, patch_size=14, image_size=224, vision_use_head=False, projection_dim=2048,
        ),
        text_config=dict(
            model_type="gemma", hidden_size=2048, intermediate_size=16384, num_hidden_layers=18,
            num_attention_heads=8, num_key_value_heads=1, head_dim=256, vocab_size=257216, num_image_tokens=256,
        ),
    )


def endless(model):
    """Makes the end token the least likely one, so that answers are as long as they may be: one number of each
    embedding is large, with the other sign for the end token's, and stays large through the layers."""
    import torch

    with torch.no_grad():
        embeddings = model.get_input_embeddings().weight
        embeddings[:, 0] = 1
        embeddings[END, 0] = -1


def weights(directory, tokenizer):
    import torch
    from transformers import PaliGemmaForConditionalGeneration

    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    model = PaliGemmaForConditionalGeneration(config())
    endless(model)
    directory.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(directory)
    shutil.copy(tokenizer, directory / "tokenizer.json")
    (directory / "preprocessor_config.json").write_text(json.dumps(
        dict(size=dict(height=224, width=224), resample=3, image_mean=[0.5] * 3, image_std=[0.5] * 3, rescale_factor=1 / 255)))
    print(sum(p.numel() for p in model.parameters()) / 1e9, "billion weights in", directory)


def speed(directory, batches):
    import torch
    from transformers import PaliGemmaForConditionalGeneration

    torch.set_float32_matmul_precision("highest")
    model = PaliGemmaForConditionalGeneration.from_pretrained(directory, dtype=torch.bfloat16).cuda().eval()
    model.generation_config.cache_implementation = "static"
    model.forward = torch.compile(model.forward, mode="reduce-overhead", fullgraph=True)
    print("| transformers, batch | tokens | frames/s |\n|---|---|---|")
    for batch in batches:
        ids = torch.cat([torch.full((256,), 257152), torch.randint(3, 250000, (PROMPT,))]).repeat(batch, 1).cuda()
        pixels = torch.rand(batch, 3, 224, 224, dtype=torch.bfloat16).cuda() * 2 - 1
        types = torch.zeros_like(ids)
        for tokens in OUTPUTS:
            def run():
                with torch.inference_mode():
                    model.generate(
                        input_ids=ids, pixel_values=pixels, attention_mask=torch.ones_like(ids), token_type_ids=types,
                        max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False)
                torch.cuda.synchronize()
            for _ in range(3):
                run()
            times = []
            for _ in range(7):
                start = time.perf_counter()
                run()
                times.append(time.perf_counter() - start)
            print(f"| {batch} | {tokens} | {batch / statistics.median(times):.1f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "weights":
        weights(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        speed(Path(sys.argv[2]), [int(b) for b in sys.argv[3].split(",")])
