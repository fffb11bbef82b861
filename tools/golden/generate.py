"""Writes the golden files of the paligemma module: what transformers and Pillow answer to the same input."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import PaliGemmaConfig, PaliGemmaForConditionalGeneration

import variants
import vocabulary
from model import answer, pixels

ROOT = Path(__file__).resolve().parents[2] / "paligemma" / "src"
GOLDEN = ROOT / "test" / "resources" / "golden"
DEMO = ROOT / "main" / "resources" / "dev" / "watchword" / "paligemma" / "demo-checkpoint"
SCENES = sorted((GOLDEN / "scenes").glob("*.png"))
PICTURES = sorted((GOLDEN / "pictures").glob("*.png"))
TOKENIZER = Tokenizer.from_file(str(DEMO / "tokenizer.json"))
BOS, EOS, IMAGE = (TOKENIZER.token_to_id(t) for t in ("<bos>", "<eos>", "<image>"))
PROMPTS = [
    "detect person ; car ; truck ; bag",
    "detect person",
    "detect car ; truck",
    "detect bag ; person ; car",
    "detect forklift ; traffic light ; person",
]


def ids(text):
    return TOKENIZER.encode(text, add_special_tokens=False).ids


def demo():
    model = PaliGemmaForConditionalGeneration.from_pretrained(DEMO, dtype=torch.float32).eval()
    cases = []
    for i, scene in enumerate(SCENES):
        prompt = PROMPTS[i % len(PROMPTS)]
        tokens, _ = answer(model, TOKENIZER, Image.open(scene), prompt, 40)
        text = TOKENIZER.decode([t for t in tokens if t != EOS], skip_special_tokens=False)
        cases.append({"scene": scene.name, "prompt": prompt, "tokens": tokens, "text": text})
    write("demo.json", cases)


def tiny(kind, dtype):
    """A random checkpoint; its tokenizer is the embedded one."""
    torch.manual_seed(7)
    vision = dict(
        model_type="siglip_vision_model", hidden_size=48, intermediate_size=80, num_hidden_layers=2,
        num_attention_heads=3, image_size=56, patch_size=14, vision_use_head=False, projection_dim=32,
    )
    text = dict(
        model_type=kind, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=1, head_dim=16, vocab_size=1984,
    )
    if kind == "gemma2":
        text |= dict(
            num_key_value_heads=2, query_pre_attn_scalar=8, attn_logit_softcapping=2.0,
            final_logit_softcapping=3.0, sliding_window=4096,
        )
    config = PaliGemmaConfig(
        vision_config=vision, text_config=text, image_token_index=IMAGE, projection_dim=32, hidden_size=32,
        vocab_size=1984, pad_token_id=0, bos_token_id=BOS, eos_token_id=EOS,
    )
    model = PaliGemmaForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name:
                p.add_(torch.randn_like(p) * 0.3)
            elif p.ndim >= 2:
                p.copy_(torch.randn_like(p) * 1.5 / np.sqrt(np.prod(p.shape[1:])))
            else:
                p.copy_(torch.randn_like(p) * 0.1)
    directory = GOLDEN / f"tiny-{kind}"
    model.to(dtype).save_pretrained(directory)
    # Eager attention applies the soft cap that the models were trained with; the default drops it.
    model = PaliGemmaForConditionalGeneration.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    cases = []
    for picture, prompt in zip(PICTURES, PROMPTS[:3]):
        tokens, logits = answer(model, TOKENIZER, Image.open(picture), prompt, 8, stop=False)
        values = [round(float(v), 6) for v in logits[0]]
        cases.append({"scene": f"pictures/{picture.name}", "prompt": prompt, "tokens": tokens, "logits": values})
    write(f"tiny-{kind}.json", cases)


def resize():
    filters = {1: Image.Resampling.LANCZOS, 2: Image.Resampling.BILINEAR, 3: Image.Resampling.BICUBIC}
    cases = []
    for picture, (width, height) in zip(PICTURES, [(56, 56), (224, 224), (61, 100), (128, 33), (300, 96), (7, 5)]):
        for resample, kind in filters.items():
            small = Image.open(picture).convert("RGB").resize((width, height), kind)
            digest = hashlib.sha256(np.asarray(small).tobytes()).hexdigest()
            cases.append(
                {"scene": f"pictures/{picture.name}", "width": width, "height": height, "resample": resample, "sha256": digest}
            )
    write("resize.json", cases)
    pixels(Image.open(PICTURES[1]), 56).numpy().astype("<f4").tofile(GOLDEN / "pixels-01-56.f32")


def tokenizer():
    texts = PROMPTS + [
        "detect Müllwagen", "detect 人 ; 🚚", "  two  spaces ", "<loc0001><loc1023> person ; <loc0000><seg127>", " ; ",
    ]
    cases = []
    for text in texts:
        row = ids(text + "\n")
        cases.append({"text": text + "\n", "ids": row, "decoded": TOKENIZER.decode(row, skip_special_tokens=True)})
    write("tokenizer.json", cases)


def write(name, value):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in value)
    (GOLDEN / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


PARTS = {
    "demo": lambda names: demo(),
    "tiny": lambda names: (tiny("gemma", torch.float32), tiny("gemma2", torch.bfloat16)),
    "resize": lambda names: resize(),
    "tokenizer": lambda names: tokenizer(),
    "variants": variants.variants,
    "adapters": variants.adapters,
    "vocabulary": lambda names: vocabulary.write(GOLDEN / "vocabulary.json"),
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    for part in sys.argv[1:2] or PARTS:
        PARTS[part](sys.argv[2:])
