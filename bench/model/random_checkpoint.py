"""Writes a checkpoint with random weights in PaliGemma's shape, between the embedded one and the real ones in size.

usage: random_checkpoint.py TOKENIZER_DIRECTORY OUTPUT
224 px, 256 image tokens, width 384, 8 + 8 layers: about 32 million weights, the tokenizer of another checkpoint.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import PaliGemmaConfig, PaliGemmaForConditionalGeneration


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    rows = (tokenizer.get_vocab_size() + 63) // 64 * 64
    width = 384
    vision = dict(
        model_type="siglip_vision_model", hidden_size=width, intermediate_size=4 * width, num_hidden_layers=8,
        num_attention_heads=6, image_size=224, patch_size=14, vision_use_head=False, projection_dim=width,
    )
    text = dict(
        model_type="gemma", hidden_size=width, intermediate_size=4 * width, num_hidden_layers=8,
        num_attention_heads=6, num_key_value_heads=1, head_dim=64, vocab_size=rows,
    )
    torch.manual_seed(1)
    model = PaliGemmaForConditionalGeneration(
        PaliGemmaConfig(
            vision_config=vision, text_config=text, projection_dim=width, hidden_size=width, vocab_size=rows,
            image_token_index=tokenizer.token_to_id("<image>"), pad_token_id=0, bos_token_id=2, eos_token_id=1,
        )
    )
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim >= 2:
                parameter.copy_(torch.randn_like(parameter) / np.sqrt(np.prod(parameter.shape[1:])))
    model.save_pretrained(target)
    shutil.copy(source / "tokenizer.json", target)


if __name__ == "__main__":
    main()
