"""Random checkpoints in the shapes of the family, adapters of them, and what transformers and PEFT answer.

Quirks of transformers that the expected values depend on:
 - the soft cap on attention scores is applied by eager attention only; the default drops it, so both are recorded
 - the soft cap on logits is never applied by PaliGemmaForConditionalGeneration
 - a sliding window hides the first image tokens from decode steps at 896 px in every other layer of Gemma 2, which the
   models were not trained with: the window here is wider than any row
"""

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from tokenizers import Tokenizer
from transformers import PaliGemmaConfig, PaliGemmaForConditionalGeneration

from model import answer, pixels

GOLDEN = Path(__file__).resolve().parents[2] / "paligemma" / "src" / "test" / "resources" / "golden"
HERE = GOLDEN / "variants"
PICTURES = sorted((GOLDEN / "pictures").glob("*.png"))
TOKENIZER = Tokenizer.from_file(str(HERE / "tokenizer.json"))
PROMPTS = ["detect person ; car", "segment car", "caption en", "ocr", "answer en how many cars"]
STEPS = 8
SAMPLES = 2048
CLEAR = 5e-3

F32, F16, BF16 = torch.float32, torch.float16, torch.bfloat16
SMALL = dict(hidden=32, inner=48, layers=2, vision=(32, 48, 2, 2), prompts=5, shard="1GB")
# Attention over a long prefix says much the same at each step: it must not drown the rest, or one token repeats for ever.
BALANCE = {"post_attention_layernorm": -0.6, "post_feedforward_layernorm": 0.6}
VARIANTS = {
    # name: attention heads / key-value heads / head size as in the model of that name, but smaller
    "v1-3b-224-f32": SMALL | dict(gemma=1, image=224, dtype=F32, attention=(8, 1, 16)),
    "v1-3b-448-f16": SMALL | dict(gemma=1, image=448, dtype=F16, attention=(8, 1, 8), hidden=24),
    "v1-3b-896-bf16": SMALL | dict(gemma=1, image=896, dtype=BF16, attention=(2, 1, 8), hidden=16, layers=1, vision=(16, 24, 1, 1), prompts=2),
    "v2-3b-224-bf16-sharded": SMALL | dict(gemma=2, image=224, dtype=BF16, attention=(8, 4, 8), hidden=40, scalar=8, shard="160KB"),
    "v2-3b-896-f32": SMALL | dict(gemma=2, image=896, dtype=F32, attention=(2, 1, 8), hidden=16, layers=2, vision=(16, 24, 1, 1), scalar=8, prompts=1),
    "v2-10b-448-bf16": SMALL | dict(gemma=2, image=448, dtype=BF16, attention=(16, 8, 8), hidden=48, scalar=8),
    "v2-28b-224-f16": SMALL | dict(gemma=2, image=224, dtype=F16, attention=(32, 16, 8), hidden=64, scalar=9, layers=3),
}
ADAPTERS = {
    # name: base, type it is saved in, configuration
    "everywhere": ("v1-3b-224-f32", F32, dict(
        r=4, lora_alpha=8, rank_pattern={"q_proj": 2, r"language_model\.layers\.1\.mlp\.down_proj": 5},
        alpha_pattern={r"^model\.vision_tower.*fc1": 3}, fan_in_fan_out=True,
        target_modules=r".*(q_proj|k_proj|v_proj|o_proj|out_proj|fc1|fc2|gate_proj|up_proj|down_proj|linear|patch_embedding)",
    )),
    "rank-stabilised": ("v2-3b-224-bf16-sharded", BF16, dict(
        r=3, lora_alpha=5, use_rslora=True, target_modules=["q_proj", "v_proj", "gate_proj"], modules_to_save=["linear"],
    )),
}


def checkpoint(spec, seed, directory):
    torch.manual_seed(seed)
    heads, key_value_heads, head_size = spec["attention"]
    width, inner, layers, vision_heads = spec["vision"]
    vision = dict(
        model_type="siglip_vision_model", hidden_size=width, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=vision_heads, image_size=spec["image"], patch_size=14, vision_use_head=False,
        projection_dim=spec["hidden"],
    )
    text = dict(
        model_type="gemma" if spec["gemma"] == 1 else "gemma2", hidden_size=spec["hidden"], head_dim=head_size,
        intermediate_size=spec["inner"], num_hidden_layers=spec["layers"], num_attention_heads=heads,
        num_key_value_heads=key_value_heads, vocab_size=1984,
    )
    if spec["gemma"] == 2:
        text |= dict(
            query_pre_attn_scalar=spec["scalar"], attn_logit_softcapping=2.0, final_logit_softcapping=3.0, sliding_window=8192,
        )
    config = PaliGemmaConfig(
        vision_config=vision, text_config=text, image_token_index=TOKENIZER.token_to_id("<image>"), vocab_size=1984,
        projection_dim=spec["hidden"], hidden_size=spec["hidden"], pad_token_id=0, bos_token_id=2, eos_token_id=1,
    )
    model = PaliGemmaForConditionalGeneration(config)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name:
                p.add_(torch.randn_like(p) * 0.3 + BALANCE.get(name.split(".")[-2], 0) * (spec["gemma"] == 2))
            elif p.ndim >= 2:
                # Small embeddings: else each token, being its own nearest, would repeat for ever.
                strength = 0.4 if "embed_tokens" in name else 2.0
                p.copy_(torch.randn_like(p) * strength / np.sqrt(np.prod(p.shape[1:])))
            else:
                p.copy_(torch.randn_like(p) * 0.1)
    shutil.rmtree(directory, ignore_errors=True)
    model.to(spec["dtype"]).save_pretrained(directory, max_shard_size=spec["shard"])


def load(directory, attention="eager"):
    return PaliGemmaForConditionalGeneration.from_pretrained(directory, dtype=F32, attn_implementation=attention).eval()


@torch.no_grad()
def ask(model, prompts):
    """Answers and first logits, and whether no choice was so close that rounding could turn it."""
    answers, logits, clear, distinct = [], [], True, 0
    for i in range(prompts):
        picture = PICTURES[i % len(PICTURES)]
        tokens, steps = answer(model, TOKENIZER, Image.open(picture), PROMPTS[i], STEPS)
        top = torch.stack(steps).topk(2).values
        clear &= bool((top[:, 0] - top[:, 1]).min() > CLEAR)
        distinct += len(set(tokens))
        answers.append({"picture": f"pictures/{picture.name}", "prompt": PROMPTS[i], "tokens": tokens})
        logits.append(steps[0].numpy())
    different = len({str(a["tokens"]) for a in answers}) == len(answers)
    return answers, logits, clear and different and distinct > 2 * len(answers)


def sample(values):
    """Every n-th value, n odd, so that each row and column is met."""
    return values[:: max(1, values.size // SAMPLES) | 1]


@torch.no_grad()
def record(model, directory, answers, logits):
    size = model.config.vision_config.image_size
    image = pixels(Image.open(GOLDEN / answers[0]["picture"]), size)
    features = model.get_image_features(image).pooler_output
    parts = {
        "pixels": sample(image.numpy().ravel()),
        "features": sample(features.numpy().ravel()),
        "logits": np.concatenate(logits),
    }
    (directory / "golden.json").write_text(
        "{\n" + ",\n".join(f'"{name}": {len(part)}' for name, part in parts.items()) + ',\n"answers": [\n'
        + ",\n".join(json.dumps(a) for a in answers) + "\n]\n}\n"
    )
    np.concatenate(list(parts.values())).astype("<f4").tofile(directory / "golden.f32")


def variants(names):
    for name in names or VARIANTS:
        spec, directory = VARIANTS[name], HERE / name
        for seed in range(100):
            checkpoint(spec, seed, directory)
            answers, logits, clear = ask(load(directory), spec["prompts"])
            if clear:
                break
        if not clear:
            raise SystemExit(f"no seed gives {name} clear answers")
        print(name, "seed", seed, [a["tokens"] for a in answers])
        record(load(directory), directory, answers, logits)
        if spec["gemma"] == 2:
            _, logits, _ = ask(load(directory, "sdpa"), 1)
            logits[0].astype("<f4").tofile(directory / "no-softcap.f32")
        (directory / "generation_config.json").unlink(missing_ok=True)


def adapters(names):
    for name in names or ADAPTERS:
        base, dtype, settings = ADAPTERS[name]
        directory = GOLDEN / "adapters" / name
        for seed in range(100):
            torch.manual_seed(seed)
            model = get_peft_model(load(HERE / base), LoraConfig(**settings))
            with torch.no_grad():
                for key, p in model.named_parameters():
                    if "lora_B" in key or "modules_to_save" in key:
                        p.copy_(torch.randn_like(p) * 0.2)
            shutil.rmtree(directory, ignore_errors=True)
            model.to(dtype).save_pretrained(directory)
            model = PeftModel.from_pretrained(load(HERE / base), directory).float().eval()
            answers, logits, clear = ask(model, len(PROMPTS))
            if clear:
                break
        print(name, "seed", seed, [a["tokens"] for a in answers])
        record(model.base_model.model, directory, answers, logits)
        (directory / "README.md").unlink(missing_ok=True)
        config = json.loads((directory / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = base
        (directory / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")
