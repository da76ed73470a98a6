"""The model of this folder in plain PyTorch: a Llama block whose layers attend globally, in a window, in a window with
summaries of everything before it, or by a mask of their own.

    from modeling_zebra import Zebra
    model = Zebra.from_folder(".")
    logits = model(torch.tensor([[1, 2, 3]]))

Layer types: "full_attention"; "sliding_attention" (the last W tokens, the query included); "approximate_attention" (our
reconstruction of the local attention with global approximation of Song et al. 2023, arXiv:2312.08618, whose formula was
not available to us): tokens s(q) <= k <= q are read exactly, s(q) = C floor(max(0, q - W + 1) / C), and each chunk before
s(q) as one summary (mean key, mean value, score + ln C), all in one softmax. "masked_attention": what the layer's mask in
layer_masks lets through, by its rule below; a query that reads nothing gets zeros from attention.

If a row of a batch holds several documents, give the document of each token: model(tokens, documents=ids), [B, T], with
the same number for all tokens of one document. Then no layer reads past the border of a document. positions=[B, T] are
the positions for RoPE; without them, positions continue along the row. Sinks and chunks of a mask are counted from the
beginning of the row, with or without documents.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file

FULL, SLIDING, APPROXIMATE = "full_attention", "sliding_attention", "approximate_attention"
MASKED = "masked_attention"

# The rules of this model's masks, by their words in layer_masks: True where query q_idx reads key kv_idx of T tokens.
MASKS = {}


def first_key(q, kind, window, chunk):
    """The first key query q reads exactly; q is an index tensor."""
    if kind == FULL:
        return torch.zeros_like(q)
    if kind == SLIDING:
        return (q - window + 1).clamp(min=0)
    return chunk * ((q - window + 1).clamp(min=0) // chunk)


def summaries_of(T, kind, window, chunk):
    """Summaries some query of T tokens reads."""
    return max(0, T - window) // chunk if kind == APPROXIMATE else 0


def reads(q, k, T, kind, window, chunk, rule=None):
    """True where query q reads token k itself, of T; q and k are index tensors that fit each other, rule one of MASKS."""
    if kind == MASKED:
        return rule(q, k, T)
    return (k >= first_key(q, kind, window, chunk)) & (k <= q)


def allowed(T, kind, window, chunk, rule=None, device=None):
    """[T, T + summaries] True where the query (row) reads the token or, behind the tokens, the summary."""
    q = torch.arange(T, device=device)[:, None]
    k = torch.arange(T, device=device)[None, :]
    exact = reads(q, k, T, kind, window, chunk, rule).expand(T, T)
    if kind != APPROXIMATE:
        return exact
    c = torch.arange(summaries_of(T, kind, window, chunk), device=device)[None, :]
    return torch.cat([exact, (c + 1) * chunk <= first_key(q, kind, window, chunk)], dim=1)


class RMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        scale = torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (x.float() * scale).type_as(x)


def rotate(x, positions, base, scale):
    """RoPE, rotate-half as in Hugging Face's Llama; x [B, H, n, d], positions [n] or [B, n]."""
    half = x.shape[-1] // 2
    rates = base ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angles = (positions.float() / scale)[..., None] * rates
    angles = angles if positions.dim() == 1 else angles[:, None]
    cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
    turned = torch.cat([-x[..., half:], x[..., :half]], -1)
    return (x.float() * cos + turned.float() * sin).type_as(x)


class Attention(nn.Module):
    def __init__(self, config, kind, mask=None):
        super().__init__()
        if kind == MASKED and mask not in MASKS:
            raise ValueError(f"layer_masks asks for {mask!r}; this module was written with {', '.join(MASKS) or 'no masks'}")
        self.rule = MASKS.get(mask)
        D, self.d = config["hidden_size"], config["head_dim"]
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.kind, self.window = kind, config.get("sliding_window") or 1
        self.chunk, self.pool = config.get("chunk_size") or 1, config.get("summary_pool", "post")
        self.base, self.scale = config["rope_theta"], config.get("rope_scale", 1.0)
        self.q_proj = nn.Linear(D, self.heads * self.d, bias=False)
        self.k_proj = nn.Linear(D, self.kv_heads * self.d, bias=False)
        self.v_proj = nn.Linear(D, self.kv_heads * self.d, bias=False)
        self.o_proj = nn.Linear(self.heads * self.d, D, bias=False)

    def keys_and_values(self, x, positions=None):
        B, T, _ = x.shape
        split = lambda y, heads: y.view(B, T, heads, self.d).transpose(1, 2)
        q, raw, v = split(self.q_proj(x), self.heads), split(self.k_proj(x), self.kv_heads), split(self.v_proj(x), self.kv_heads)
        at = torch.arange(T, device=x.device) if positions is None else positions
        q, k = rotate(q, at, self.base, self.scale), rotate(raw, at, self.base, self.scale)
        n = summaries_of(T, self.kind, self.window, self.chunk)
        if n:
            C = self.chunk
            mean = lambda y: y[:, :, : n * C].reshape(B, self.kv_heads, n, C, self.d).mean(3)
            if self.pool == "pre":
                centres = torch.arange(n, device=x.device) * C + (C - 1) / 2
                averaged = rotate(mean(raw), centres, self.base, self.scale)
            else:
                averaged = mean(k)
            k, v = torch.cat([k, averaged], 2), torch.cat([v, mean(v)], 2)
        return q, k, v

    def forward(self, x, attend, documents=None, positions=None):
        B, T, _ = x.shape
        if documents is not None and self.kind == APPROXIMATE:
            raise ValueError("a chunk may hold the end of one document and the beginning of the next: this layer cannot keep them apart")
        q, k, v = self.keys_and_values(x, positions)
        out = attend(self, q, k, v, documents)
        return self.o_proj(out.transpose(1, 2).reshape(B, T, self.heads * self.d))


def eager(layer, q, k, v, documents=None):
    """By the definition: any device, O(T²) memory. documents [B, T] or None."""
    T = q.shape[2]
    may = allowed(T, layer.kind, layer.window, layer.chunk, layer.rule, q.device)
    if documents is not None:
        may = may & (documents[:, None, :, None] == documents[:, None, None, :])
    mask = torch.zeros(may.shape, device=q.device, dtype=q.dtype)
    mask[..., T:] = math.log(layer.chunk)
    some = may.any(-1, keepdim=True)
    # A softmax over nothing is NaN: a query that reads nothing reads all keys here, and its result is dropped.
    mask.masked_fill_(~(may | ~some), float("-inf"))
    share = layer.heads // layer.kv_heads
    k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).masked_fill(~some, 0.0)


class Layer(nn.Module):
    def __init__(self, config, kind, mask=None):
        super().__init__()
        D, hidden, eps = config["hidden_size"], config["intermediate_size"], config["rms_norm_eps"]
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(D, eps), RMSNorm(D, eps)
        self.self_attn = Attention(config, kind, mask)
        self.mlp = nn.ModuleDict(
            {
                "gate_proj": nn.Linear(D, hidden, bias=False),
                "up_proj": nn.Linear(D, hidden, bias=False),
                "down_proj": nn.Linear(hidden, D, bias=False),
            }
        )

    def forward(self, x, attend, documents=None, positions=None):
        x = x + self.self_attn(self.input_layernorm(x), attend, documents, positions)
        y = self.post_attention_layernorm(x)
        return x + self.mlp["down_proj"](F.silu(self.mlp["gate_proj"](y)) * self.mlp["up_proj"](y))


class Zebra(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        kinds = config["layer_types"]
        masks = config.get("layer_masks") or [None] * len(kinds)
        self.model = nn.ModuleDict(
            {
                "embed_tokens": nn.Embedding(config["vocab_size"], config["hidden_size"]),
                "layers": nn.ModuleList(Layer(config, kind, mask) for kind, mask in zip(kinds, masks)),
                "norm": RMSNorm(config["hidden_size"], config["rms_norm_eps"]),
            }
        )
        if not config["tie_word_embeddings"]:
            self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)

    def forward(self, tokens, attend=eager, documents=None, positions=None):
        x = self.model["embed_tokens"](tokens)
        for layer in self.model["layers"]:
            x = layer(x, attend, documents, positions)
        x = self.model["norm"](x)
        return F.linear(x, self.model["embed_tokens"].weight) if self.config["tie_word_embeddings"] else self.lm_head(x)

    @classmethod
    def from_folder(cls, folder):
        config = json.loads((Path(folder) / "config.json").read_text())
        rope = config.get("rope_parameters") or {}
        config.setdefault("rope_theta", rope.get("rope_theta", 10000.0))
        config["rope_scale"] = rope.get("factor", 1.0) if rope.get("rope_type") == "linear" else 1.0
        config.setdefault("layer_types", [FULL] * config["num_hidden_layers"])
        model = cls(config)
        weights = load_file(str(Path(folder) / "model.safetensors"))
        # Files of architectures with biases contain biases of zero.
        biases = [name for name in weights if name.endswith(".bias")]
        assert all(not weights[name].any() for name in biases), "this model has no biases"
        model.load_state_dict({name: value for name, value in weights.items() if name not in biases})
        return model
