"""Asks transformers as the product asks: pixels, layout of the tokens, greedy choice."""

import torch
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil


def pixels(image, size):
    processor = SiglipImageProcessorPil(
        size={"height": size, "width": size}, resample=3, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    return processor(images=image.convert("RGB"), return_tensors="pt")["pixel_values"]


def answer(model, tokenizer, image, prompt, steps, stop=True):
    """The tokens after the prompt, and the logits that each was chosen from."""
    vision = model.config.vision_config
    count = (vision.image_size // vision.patch_size) ** 2
    begin, end, place = (tokenizer.token_to_id(t) for t in ("<bos>", "<eos>", "<image>"))
    text = tokenizer.encode(prompt + "\n", add_special_tokens=False).ids
    row = torch.tensor([[place] * count + [begin] + text])
    out = model.generate(
        input_ids=row,
        pixel_values=pixels(image, vision.image_size),
        attention_mask=torch.ones_like(row),
        token_type_ids=torch.zeros_like(row),
        max_new_tokens=steps,
        do_sample=False,
        eos_token_id=end if stop else 1_000_000,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_logits=True,
    )
    return out.sequences[0, row.shape[1] :].tolist(), [step[0] for step in out.logits]
