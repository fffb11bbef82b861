"""PaliGemma (SigLIP tower, Gemma-1 decoder) for training, with the Hugging Face names and exactly its mathematics.

It is leaner than transformers' own class: attention without mask tensors for the bidirectional prefix, the last decoder
layer and the head only where a token is predicted.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

# width of both parts, vision layers, decoder layers, decoder MLP, heads (one key/value head in the decoder)
SHAPES = {"small": (128, 6, 4, 384, 4), "full": (256, 6, 6, 1024, 4)}


def config(shape, image_size=224, patch=14):
    """config.json of a shape."""
    width, vision_layers, layers, hidden, heads = SHAPES[shape]
    return {
        "architectures": ["PaliGemmaForConditionalGeneration"], "model_type": "paligemma", "dtype": "bfloat16",
        "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0, "image_token_index": 1920, "hidden_size": width,
        "projection_dim": width, "vocab_size": 1984, "tie_word_embeddings": True,
        "text_config": {
            "model_type": "gemma", "hidden_size": width, "intermediate_size": hidden, "num_hidden_layers": layers,
            "num_attention_heads": heads, "num_key_value_heads": 1, "head_dim": width // heads, "vocab_size": 1984,
            "num_image_tokens": (image_size // patch) ** 2, "hidden_act": "gelu_pytorch_tanh", "rms_norm_eps": 1e-06,
            "max_position_embeddings": 8192, "attention_bias": False, "attention_dropout": 0.0,
            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"}, "tie_word_embeddings": True,
            "use_bidirectional_attention": True, "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0,
        },
        "vision_config": {
            "model_type": "siglip_vision_model", "hidden_size": width, "intermediate_size": 4 * width,
            "num_hidden_layers": vision_layers, "num_attention_heads": heads, "image_size": image_size,
            "patch_size": patch, "num_channels": 3, "projection_dim": width, "hidden_act": "gelu_pytorch_tanh",
            "layer_norm_eps": 1e-06, "attention_dropout": 0.0, "vision_use_head": False,
        },
    }


def linear_all(x, *layers):
    """Several linear layers of one input as one matrix product."""
    weight = torch.cat([layer.weight for layer in layers])
    bias = None if layers[0].bias is None else torch.cat([layer.bias for layer in layers])
    return F.linear(x, weight, bias).split([layer.out_features for layer in layers], -1)


class VisionAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in linear_all(x, self.q_proj, self.k_proj, self.v_proj)
        )
        return self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class VisionMlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class VisionLayer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.self_attn = VisionAttention(width, heads)
        self.mlp = VisionMlp(width, hidden)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class VisionEmbeddings(nn.Module):
    def __init__(self, width, side, patch):
        super().__init__()
        self.patch = patch
        self.patch_embedding = nn.Conv2d(3, width, patch, patch)
        self.position_embedding = nn.Embedding((side // patch) ** 2, width)

    def forward(self, pixels, keep):
        """uint8 pixels (B, S, S, 3); keep (B, K) picks patches, None takes all.

        The convolution is a matrix product over unfolded patches.
        """
        p = self.patch
        patches = pixels.unflatten(2, (-1, p)).unflatten(1, (-1, p)).permute(0, 1, 3, 5, 2, 4).flatten(3).flatten(1, 2)
        positions = self.position_embedding.weight
        if keep is not None:
            patches = patches.gather(1, keep[..., None].expand(-1, -1, patches.shape[2]))
            positions = positions[keep]
        patches = patches.float() / 127.5 - 1
        return F.linear(patches, self.patch_embedding.weight.flatten(1), self.patch_embedding.bias) + positions


class VisionTower(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["hidden_size"]
        self.embeddings = VisionEmbeddings(width, c["image_size"], c["patch_size"])
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(
            VisionLayer(width, c["num_attention_heads"], c["intermediate_size"]) for _ in range(c["num_hidden_layers"])
        )
        self.post_layernorm = nn.LayerNorm(width, eps=c["layer_norm_eps"])

    def forward(self, pixels, keep):
        x = self.embeddings(pixels, keep)
        for layer in self.encoder.layers:
            x = layer(x)
        return self.post_layernorm(x)


class RmsNorm(nn.Module):
    """Gemma's: the factor is 1 + weight."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, 1 + self.weight, 1e-6)


def rotate(x, cos, sin):
    """RoPE on (B, heads, T, D), halves layout."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class DecoderAttention(nn.Module):
    """Multi-query attention. The heads of the one key are folded into the query's length, so nothing is copied."""

    def __init__(self, width, heads, dim):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.q_proj = nn.Linear(width, heads * dim, bias=False)
        self.k_proj, self.v_proj = nn.Linear(width, dim, bias=False), nn.Linear(width, dim, bias=False)
        self.o_proj = nn.Linear(heads * dim, width, bias=False)

    def keys(self, x, cos, sin):
        k, v = linear_all(x, self.k_proj, self.v_proj)
        return rotate(k[:, None], cos, sin), v[:, None]

    def forward(self, x, cos, sin, k, v, mask):
        q = rotate(self.q_proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2), cos, sin)
        mask = None if mask is None else mask.repeat(self.heads, 1)
        out = F.scaled_dot_product_attention(q.flatten(1, 2)[:, None], k, v, attn_mask=mask)
        return self.o_proj(out[:, 0].unflatten(1, (self.heads, -1)).transpose(1, 2).flatten(2))


class DecoderMlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        gate, up = linear_all(x, self.gate_proj, self.up_proj)
        return self.down_proj(F.gelu(gate, approximate="tanh") * up)


class DecoderLayer(nn.Module):
    def __init__(self, width, heads, dim, hidden):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(width), RmsNorm(width)
        self.self_attn = DecoderAttention(width, heads, dim)
        self.mlp = DecoderMlp(width, hidden)

    def prefix(self, x, cos, sin):
        """All of a prefix (B, P, W), bidirectional. Returns it and its keys and values."""
        normed = self.input_layernorm(x)
        k, v = self.self_attn.keys(normed, cos, sin)
        x = x + self.self_attn(normed, cos, sin, k, v, None)
        return x + self.mlp(self.post_attention_layernorm(x)), k, v

    def suffix(self, x, cos, sin, prefix_k, prefix_v):
        """Tokens (B, S, W) after the prefix, causal among themselves."""
        normed = self.input_layernorm(x)
        k, v = self.self_attn.keys(normed, cos, sin)
        rows, past = x.shape[1], prefix_k.shape[2]
        mask = torch.ones(rows, past + rows, dtype=torch.bool, device=x.device).tril(past)
        x = x + self.self_attn(normed, cos, sin, torch.cat([prefix_k, k], 2), torch.cat([prefix_v, v], 2), mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, dim = c["hidden_size"], c["head_dim"]
        self.dim = dim
        self.embed_tokens = nn.Embedding(c["vocab_size"], width)
        self.layers = nn.ModuleList(
            DecoderLayer(width, c["num_attention_heads"], dim, c["intermediate_size"])
            for _ in range(c["num_hidden_layers"])
        )
        self.norm = RmsNorm(width)

    def embed(self, ids):
        return self.embed_tokens(ids) * math.sqrt(self.embed_tokens.weight.shape[1])

    def rope(self, positions):
        """Cosines and sines for positions (T) or (B, T)."""
        frequency = 10000.0 ** (-torch.arange(0, self.dim, 2, device=positions.device) / self.dim)
        angle = positions[..., None] * frequency
        angle = angle[:, None] if angle.ndim == 3 else angle
        return angle.cos(), angle.sin()

    def prefix(self, x, positions):
        """Returns the last position's state and, per layer, all keys and values; in the last layer only it goes on."""
        cos, sin = self.rope(positions)
        past = []
        for layer in self.layers[:-1]:
            x, k, v = layer.prefix(x, cos, sin)
            past.append((k, v))
        layer = self.layers[-1]
        k, v = layer.self_attn.keys(layer.input_layernorm(x), cos, sin)
        past.append((k, v))
        last = x[:, -1:]
        last = last + layer.self_attn(layer.input_layernorm(last), cos[..., -1:, :], sin[..., -1:, :], k, v, None)
        return last + layer.mlp(layer.post_attention_layernorm(last)), past

    def suffix(self, x, start, past):
        cos, sin = self.rope(torch.arange(start, start + x.shape[1], device=x.device))
        for layer, (k, v) in zip(self.layers, past):
            x = layer.suffix(x, cos, sin, k, v)
        return x

    def logits(self, x):
        return F.linear(self.norm(x), self.embed_tokens.weight)


class PaliGemma(nn.Module):
    """Names of parameters as in a published checkpoint."""

    def __init__(self, c):
        super().__init__()
        self.config = c
        self.vision_tower = VisionTower(c["vision_config"])
        self.multi_modal_projector = nn.Module()
        self.multi_modal_projector.linear = nn.Linear(c["vision_config"]["hidden_size"], c["hidden_size"])
        self.language_model = nn.Module()
        self.language_model.model = Decoder(c["text_config"])

    @staticmethod
    def load(directory):
        model = PaliGemma(json.loads((Path(directory) / "config.json").read_text()))
        weights = load_file(Path(directory) / "model.safetensors")
        model.load_state_dict({name: weight.float() for name, weight in weights.items()})
        return model

    def see(self, pixels, keep=None):
        """uint8 pixels (B, S, S, 3), of which only the patches keep (B, K) are looked at -> features (B, N or K, W)."""
        return self.vision_tower(pixels, keep)

    def read(self, features, prompts, keep=None):
        """Prompts (B, P) of equal length -> hidden state of the last one, keys and values of the prefix, its length."""
        decoder = self.language_model.model
        image = self.multi_modal_projector.linear(features)
        patches = self.vision_tower.embeddings.position_embedding.num_embeddings
        length = patches + prompts.shape[1]
        positions = torch.arange(length, device=features.device)
        if keep is not None:
            positions = torch.cat([keep, positions[patches:].expand(len(keep), -1)], 1)
        last, past = decoder.prefix(torch.cat([image, decoder.embed(prompts)], 1), positions)
        return last, past, length

    def answer_logits(self, features, prompts, answers, keep=None):
        """Logits (B, S, V) of each token of the answers (B, S), which are forced."""
        decoder = self.language_model.model
        last, past, length = self.read(features, prompts, keep)
        rest = decoder.suffix(decoder.embed(answers[:, :-1]), length, past)
        return decoder.logits(torch.cat([last, rest], 1))

    @torch.no_grad()
    def generate(self, pixels, prompts, steps, end=1):
        """Greedy. Returns tokens (B, T) and their logits (B, T, V); what follows a row's end is to be ignored."""
        decoder = self.language_model.model
        last, past, length = self.read(self.see(pixels), prompts)
        logits = [decoder.logits(last)]
        tokens = logits[0].argmax(-1)
        while tokens.shape[1] < steps and not (tokens == end).any(1).all():
            # The answer so far is short beside the prefix: it is run anew each time.
            logits.append(decoder.logits(decoder.suffix(decoder.embed(tokens), length, past)[:, -1:]))
            tokens = torch.cat([tokens, logits[-1].argmax(-1)], 1)
        return tokens, torch.cat(logits, 1)
